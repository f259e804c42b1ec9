/** The auth server, as the client calls it; and called wrongly in one way, where a check wants that. */

import type { CheckOptions } from './arguments.js';
import { type Cookie, goesTo, withCookie } from './cookies.js';
import { type Answer, isOver, send } from './exchange.js';
import type { Secrets } from './secrets.js';
import type { Session } from './sessions.js';
import type { Surroundings } from './surroundings.js';

/** How a request differs from the client's own. */
export interface Change {
  /** This refresh token, instead of the session's. The session then keeps what it has. */
  readonly token?: string | undefined;
  readonly method?: string;
  readonly origin?: string;
  /** `undefined`: that header isn't sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface Endpoint {
  /** The session takes the cookies and the refresh token of the answer. */
  refresh(session: Session, change?: Change): Promise<Answer>;
  /** Of somebody who has no session. */
  refreshAsVisitor(change?: Change): Promise<Answer>;
  signOut(url: URL, session: Session): Promise<Answer>;
  preflight(url: URL, origin: string): Promise<Answer>;
  tokenOf(session: Session): string | undefined;
  /** The cookie that holds the refresh token. */
  cookieOf(session: Session): Cookie | undefined;
  /** The refresh token that an answer gives. */
  tokenIn(answer: Answer, session: Session): string | undefined;
  cookieIn(answer: Answer, session: Session): Cookie | undefined;
}

export function createEndpoint(options: CheckOptions, surroundings: Surroundings, secrets: Secrets): Endpoint {
  const { url: endpoint, body: inBody, csrf, origin } = options;
  const ownOrigin = (origin ?? endpoint).origin;
  /** Known when a refresh has set it: a session may have other cookies. */
  let cookieName: string | undefined;

  /** RFC 6265 §5.4: that of the longest path first, where two have one name. */
  const sentTo = (url: URL, { cookies }: Session): Cookie[] =>
    cookies.filter((cookie) => goesTo(cookie, url)).sort((a, b) => b.path.length - a.path.length);

  function cookieOf(session: Session): Cookie | undefined {
    const mayBe = sentTo(endpoint, session).filter(({ name }) => name !== csrf?.cookie);
    // The longest, and first of those that no script can read: what else is there is a preference, or a load balancer's.
    const byLikeness = mayBe.toSorted(
      (a, b) => Number(b.isHttpOnly) - Number(a.isHttpOnly) || b.value.length - a.value.length,
    );
    return mayBe.find(({ name }) => name === cookieName) ?? byLikeness[0];
  }

  function cookieIn(answer: Answer, session: Session): Cookie | undefined {
    const name = cookieOf(session)?.name ?? cookieName;
    return answer.setCookies.find((cookie) => cookie.name === name);
  }

  const tokenOf = (session: Session) => (inBody ? session.refreshToken : cookieOf(session)?.value);

  function tokenIn(answer: Answer, session: Session): string | undefined {
    if (!inBody) return cookieIn(answer, session)?.value || undefined;
    return answer.verdict.verdict === 'renewed' ? answer.verdict.grant.refreshToken : undefined;
  }

  async function call(
    url: URL,
    session: Session,
    { token = tokenOf(session), method = 'POST', origin = ownOrigin, headers: changed = {} }: Change,
    field?: string,
  ): Promise<Answer> {
    const holder = cookieOf(session);
    const cookies = inBody ? [] : sentTo(url, session);
    const csrfToken = csrf && decoded(cookies.find((cookie) => cookie.name === csrf.cookie)?.value);
    const body = inBody && method === 'POST' ? bodyOf(inBody, field ?? inBody.field, token) : undefined;
    const headers = new Headers({ Accept: 'application/json', Origin: origin });
    if (!inBody) headers.set('X-Requested-With', 'silent-refresh');
    if (inBody)
      headers.set('Content-Type', inBody.format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded');
    if (csrf && csrfToken) headers.set(csrf.header, csrfToken);
    const pairs = cookies.map((cookie) => `${cookie.name}=${cookie === holder ? (token ?? '') : cookie.value}`);
    // As bytes, which is what a header is made of: a browser sends whatever the server has set.
    if (pairs.length) headers.set('Cookie', Buffer.from(pairs.join('; ')).toString('latin1'));
    for (const [key, value] of Object.entries(changed)) {
      if (value === undefined) headers.delete(key);
      else headers.set(key, value);
    }
    const noCsrfToken = csrf && !csrfToken ? `there is no CSRF cookie '${csrf.cookie}' to send` : undefined;
    return send({ url, method, headers, body, noCsrfToken, holdsRefreshToken: !!inBody }, surroundings, secrets);
  }

  const visitor = (): Session => ({ cookies: [], refreshToken: undefined, isOver: false });

  return {
    tokenOf,
    cookieOf,
    tokenIn,
    cookieIn,

    async refresh(session, change = {}) {
      const answer = await call(endpoint, session, change);
      if (change.token !== undefined) return answer;
      const cookie = cookieIn(answer, session);
      if (cookie?.value) cookieName = cookie.name;
      session.refreshToken = tokenIn(answer, session) ?? session.refreshToken;
      for (const each of answer.setCookies) session.cookies = withCookie(session.cookies, each, surroundings.now());
      // Refused for the session's sake, not for what was changed.
      session.isOver ||= isOver(answer) && Object.keys(change).length === 0;
      return answer;
    },

    refreshAsVisitor: (change = {}) => call(endpoint, visitor(), change),
    signOut: (url, session) => call(url, session, {}, 'token'),

    preflight(url, origin) {
      const asked = ['x-requested-with', ...(csrf ? [csrf.header.toLowerCase()] : [])];
      const headers = new Headers({
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': (inBody ? ['content-type'] : asked.toSorted()).join(','),
      });
      return send({ url, method: 'OPTIONS', headers, holdsRefreshToken: false }, surroundings, secrets);
    },
  };
}

function bodyOf(
  { format, clientId }: NonNullable<CheckOptions['body']>,
  field: string,
  token: string | undefined,
): string {
  const fields = {
    ...(format === 'form' && field !== 'token' && { grant_type: 'refresh_token' }),
    ...(token !== undefined && { [field]: token }),
    ...(clientId !== undefined && { client_id: clientId }),
  };
  return format === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString();
}

/** As the client reads it: Laravel and others encode it. */
function decoded(value: string | undefined): string | undefined {
  try {
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}
