/** The auth server, as the client calls it; and called wrongly in one way, where a check wants that. */

import type { CheckOptions } from './arguments.js';
import { type Cookie, goesTo, withCookie } from './cookies.js';
import { type Answer, isOver, isRenewed, noAnswer, send } from './exchange.js';
import { asBytes, contentTypeOf, decoded, forgedToken, isSendable, refreshBody, signOutBody } from './request-parts.js';
import type { Secrets } from './secrets.js';
import type { Session } from './sessions.js';
import type { Surroundings } from './surroundings.js';

/** How a request differs from the client's own. */
export interface Change {
  /** This refresh token, instead of the session's. The session then keeps what it has. */
  readonly token?: string | undefined;
  /** This cookie isn't sent. The session keeps what it has, unless it gets a token. */
  readonly without?: string;
  readonly method?: string;
  readonly origin?: string;
  /** `undefined`: that header isn't sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface Endpoint {
  /** The session takes the cookies and the refresh token of the answer. */
  refresh(session: Session, change?: Change): Promise<Answer>;
  /** Of somebody who has no session. In a body there is a forged token: without any, the client sends nothing. */
  refreshAsVisitor(change?: Change): Promise<Answer>;
  signOut(url: URL, session: Session): Promise<Answer>;
  preflight(url: URL, origin: string): Promise<Answer>;
  tokenOf(session: Session): string | undefined;
  /** The cookie that holds the refresh token. */
  cookieOf(session: Session): Cookie | undefined;
  /** Those that go to the token endpoint, and may hold it: by name. */
  mayHoldToken(cookies: readonly Cookie[]): readonly string[];
  /** From now on it is this one. */
  takeCookie(name: string): void;
  /** The refresh token that an answer gives. */
  tokenIn(answer: Answer, session: Session): string | undefined;
  cookieIn(answer: Answer, session: Session): Cookie | undefined;
}

/** RFC 6265 §5.4: that of the longest path first, where two have one name. */
const sentTo = (url: URL, cookies: readonly Cookie[]): Cookie[] =>
  cookies.filter((cookie) => goesTo(cookie, url)).sort((a, b) => b.path.length - a.path.length);

export function createEndpoint(options: CheckOptions, surroundings: Surroundings, secrets: Secrets): Endpoint {
  const { url: endpoint, body: inBody, csrf, origin, headers: own, hintCookie } = options;
  const ownOrigin = (origin ?? endpoint).origin;
  let holder = options.cookie;

  const mayHold = (cookies: readonly Cookie[]) =>
    sentTo(endpoint, cookies).filter(
      ({ name }) => name !== csrf?.cookie && name !== hintCookie && name === (holder ?? name),
    );
  const cookieOf = ({ cookies }: Session) => mayHold(cookies)[0];
  const tokenOf = (session: Session) => (inBody ? session.refreshToken : cookieOf(session)?.value);

  function cookieIn(answer: Answer, session: Session): Cookie | undefined {
    const name = holder ?? cookieOf(session)?.name;
    return answer.setCookies.find((cookie) => cookie.name === name);
  }

  function tokenIn(answer: Answer, session: Session): string | undefined {
    if (!inBody) return cookieIn(answer, session)?.value || undefined;
    return answer.verdict.verdict === 'renewed' ? answer.verdict.grant.refreshToken : undefined;
  }

  async function call(
    url: URL,
    session: Session,
    { token = tokenOf(session), method = 'POST', origin = ownOrigin, headers: changed = {}, without }: Change,
    body?: string,
  ): Promise<Answer> {
    const holding = cookieOf(session);
    const cookies = inBody ? [] : sentTo(url, session.cookies).filter(({ name }) => name !== without);
    const csrfToken = csrf && decoded(cookies.find((cookie) => cookie.name === csrf.cookie)?.value);
    const headers = new Headers({ Accept: 'application/json', Origin: origin });
    if (!inBody) headers.set('X-Requested-With', 'silent-refresh');
    if (csrf && csrfToken) {
      if (!isSendable(csrfToken)) return unsent(`the CSRF cookie '${csrf.cookie}', decoded,`);
      headers.set(csrf.header, csrfToken);
    }
    const pairs = cookies.map((cookie) => `${cookie.name}=${cookie === holding ? (token ?? '') : cookie.value}`);
    const sent = asBytes(pairs.join('; '));
    if (!isSendable(sent)) return unsent('a cookie');
    if (sent) headers.set('Cookie', sent);
    for (const [key, value] of Object.entries({ ...own, ...changed })) {
      if (value === undefined) headers.delete(key);
      else headers.set(key, value);
    }
    const noCsrfToken = csrf && !csrfToken ? `there is no CSRF cookie '${csrf.cookie}' to send` : undefined;
    return send({ url, method, headers, body, noCsrfToken, holdsRefreshToken: !!inBody }, surroundings, secrets);
  }

  function callEndpoint(session: Session, change: Change): Promise<Answer> {
    if (!inBody) return call(endpoint, session, change);
    const headers = { 'Content-Type': contentTypeOf(inBody), ...change.headers };
    return call(endpoint, session, { ...change, headers }, refreshBody(inBody, change.token ?? session.refreshToken));
  }

  function unsent(what: string): Answer {
    const at = surroundings.now();
    const why = `it couldn't be sent, as no browser could: ${what} holds letters that no header can carry`;
    return noAnswer(why, at, at, 'Set a value of letters and digits there.');
  }

  const visitor = (): Session => ({ cookies: [], refreshToken: forgedToken(), isOver: false });

  return {
    tokenOf,
    cookieOf,
    tokenIn,
    cookieIn,
    mayHoldToken: (cookies) => [...new Set(mayHold(cookies).map(({ name }) => name))],
    takeCookie(name) {
      holder = name;
    },

    async refresh(session, change = {}) {
      const answer = await callEndpoint(session, change);
      if (change.token !== undefined || (change.without && !isRenewed(answer))) return answer;
      session.refreshToken = tokenIn(answer, session) ?? session.refreshToken;
      for (const each of answer.setCookies) session.cookies = withCookie(session.cookies, each, surroundings.now());
      // Refused for the session's sake, not for what was changed.
      session.isOver ||= isOver(answer) && Object.keys(change).length === 0;
      return answer;
    },

    refreshAsVisitor: (change = {}) => callEndpoint(visitor(), change),

    signOut(url, session) {
      if (!inBody) return call(url, session, {});
      const headers = { 'Content-Type': contentTypeOf(options.signOutBody) };
      return call(url, session, { headers }, signOutBody(options.signOutBody, session.refreshToken));
    },

    preflight(url, origin) {
      const asked = inBody ? ['content-type'] : ['x-requested-with', ...(csrf ? [csrf.header] : [])];
      const names = [...asked, ...Object.keys(own)].map((name) => name.toLowerCase());
      const headers = new Headers({
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': [...new Set(names)].toSorted().join(','),
      });
      return send({ url, method: 'OPTIONS', headers, holdsRefreshToken: false }, surroundings, secrets);
    },
  };
}
