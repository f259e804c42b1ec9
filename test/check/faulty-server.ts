/** An auth server that keeps the whole contract, but for the faults that it is given. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSessions, type Grant } from '../../src/testing/server/sessions.ts';
import { createFaultyHint, type HintFault } from './faulty-hint.ts';

export const FAULTS = [
  'visitors get a page',
  'visitors get an HTML 403',
  'visitors get a redirect',
  'visitors get a 404',
  'visitors get a 500',
  'visitors get a token',
  'a wrong token is a 500',
  'no rotation',
  'no overlap',
  'the overlap gives no cookie',
  'no reuse detection',
  'reuse ends nothing',
  'no HttpOnly',
  'no SameSite',
  'SameSite=None',
  'no Secure',
  'Path=/',
  'another path by the refresh',
  'Domain',
  'no expiry',
  'a large cookie',
  'no exp',
  'no sub',
  'another expires_in',
  'two hours',
  'three seconds, slowly',
  'opaque without expires_in',
  'DPoP',
  'cacheable',
  'no Date',
  'a wrong clock',
  'no header required',
  'Origin instead of the header',
  'no header ends the session',
  'no header deletes the cookie',
  'GET rotates',
  'GET gives a page',
  'CORS for all',
  'CORS reflects',
  'CORS by prefix',
  'CORS not for 401',
  'CORS without the header',
  'CORS exposes nothing',
  'CORS without credentials',
  'sign-out answers a page',
  'sign-out answers 500',
  'sign-out deletes another path',
  'sign-out deletes nothing',
  'sign-out keeps the session',
  'the refusal quotes the token',
  'another cookie',
  'the other cookie is wanted, too',
  'no HttpOnly at the sign-in',
  'no expiry at the sign-in',
  'another successor',
  'another value for one successor',
  'sign-out answers nothing, as HTML',
  'sign-out keeps the overlap',
  'a dead session is a 500',
  'nothing is there',
] as const;
export type Fault = (typeof FAULTS)[number];
/** `a hint`: a hint cookie without a fault. */
export type AnyFault = Fault | HintFault | 'a hint';

export type FaultyServer = Awaited<ReturnType<typeof startFaultyServer>>;

/** It takes itself for one on https. Its clock is moved by hand. */
export async function startFaultyServer(...given: readonly AnyFault[]) {
  const has = (...faults: AnyFault[]) => faults.some((fault) => given.includes(fault));
  const hint = given.some((fault) => /\bhint\b/.test(fault)) ? createFaultyHint(has) : undefined;
  const issued: string[] = [];
  let ahead = 0;
  let serial = 0;
  const now = () => Date.now() + ahead;
  /** As the server shows it. */
  const clock = () => now() + (has('a wrong clock') ? 3_600_000 : 0);
  const secret = () => issue(`refresh-${++serial}-${'x'.repeat(has('a large cookie') ? 4_100 : 8)}`);
  const sessions = createSessions(
    { overlap: has('no overlap', 'the refusal quotes the token') ? 0 : 10_000 },
    { now, secret },
  );
  /** By token: for a server that forgives all. */
  const grants = new Map<string, Grant>();
  const successors = new Map<string, Grant>();

  function issue(value: string): string {
    issued.push(value);
    return value;
  }

  function tokenAnswer() {
    const iat = Math.floor(clock() / 1_000);
    const lifetime = has('two hours') ? 7_200 : has('three seconds, slowly') ? 3 : 600;
    const claims = { iat, ...(!has('no sub') && { sub: 'ada' }), ...(!has('no exp') && { exp: iat + lifetime }) };
    const [head, payload] = [{ alg: 'none' }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const isOpaque = has('opaque without expires_in');
    return {
      access_token: issue(isOpaque ? `access-${++serial}` : `${head}.${payload}.signature${++serial}`),
      token_type: has('DPoP') ? 'DPoP' : 'Bearer',
      ...(!isOpaque && { expires_in: has('another expires_in') ? 900 : lifetime }),
    };
  }

  function attributes(at: 'sign-in' | 'refresh' | 'sign-out'): string {
    const path = has('Path=/')
      ? '/'
      : (at === 'refresh' && has('another path by the refresh')) ||
          (at === 'sign-out' && has('sign-out deletes another path'))
        ? '/auth/refresh'
        : '/auth';
    const parts = [`Path=${path}`];
    if (!has('no HttpOnly')) parts.push('HttpOnly');
    if (!has('no Secure')) parts.push('Secure');
    if (!has('no SameSite')) parts.push(`SameSite=${has('SameSite=None') ? 'None' : 'Strict'}`);
    if (has('Domain')) parts.push('Domain=127.0.0.1');
    return parts.join('; ');
  }

  const hasOther = has('another cookie', 'the other cookie is wanted, too');
  const maxAge = has('no expiry') ? '' : '; Max-Age=2592000';
  function set(value: string): string[] {
    const sent = has('another value for one successor') ? issue(`${++serial}~${value}`) : value;
    const others = hasOther ? [`sid=${issue(OTHER)}; Path=/; HttpOnly; SameSite=Lax`] : [];
    return [...others, `session=${sent}; ${attributes('refresh')}${maxAge}`];
  }

  /** Gives the successor; `undefined`: it is refused. */
  function rotate(token: string): { grant: Grant; isRepeated: boolean } | undefined {
    const grant = grants.get(token);
    if (has('no rotation') && grant) return grant.family.state === 'active' ? { grant, isRepeated: false } : undefined;
    const family = grant?.family;
    if (grant?.family.state === 'revoked' && has('sign-out keeps the overlap')) {
      const successor = successors.get(token);
      if (successor) return { grant: successor, isRepeated: true };
    }
    const rotation = sessions.rotate(token);
    if (rotation.outcome === 'repeated' && has('another successor')) {
      const fork = sessions.begin({ id: 'ada', name: 'Ada' });
      grants.set(fork.refreshToken, fork);
      return { grant: fork, isRepeated: true };
    }
    if ('grant' in rotation) successors.set(token, rotation.grant);
    if ('grant' in rotation) {
      grants.set(rotation.grant.refreshToken, rotation.grant);
      return { grant: rotation.grant, isRepeated: rotation.outcome === 'repeated' };
    }
    if (rotation.outcome !== 'reused' || !family || !grant) return undefined;
    if (has('no reuse detection', 'reuse ends nothing')) family.state = 'active';
    return has('no reuse detection') ? { grant, isRepeated: true } : undefined;
  }

  function refresh(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const token = cookieIn(request);
    if (has('nothing is there')) return json(response, 404, {});
    const origin = request.headers.origin ?? '';
    const isOwn = origin === ORIGIN;
    const hasHeader = request.headers['x-requested-with'] !== undefined || has('no header required');
    const isTrusted = has('Origin instead of the header') ? isOwn : hasHeader;
    if (request.method === 'GET' && !has('GET rotates')) {
      if (has('GET gives a page')) return page(response, 200);
      return json(response, 405, { error: 'method_not_allowed' });
    }
    if (token === undefined) return toVisitor(response);
    if (has('the other cookie is wanted, too') && !request.headers.cookie?.includes(OTHER)) return toVisitor(response);
    if (!isTrusted) {
      const family = grants.get(token)?.family;
      if (family && has('no header ends the session')) sessions.revoke(family);
      if (has('no header deletes the cookie'))
        response.setHeader('Set-Cookie', `session=; ${attributes('refresh')}; Max-Age=0`);
      return json(response, 403, { error: 'header_missing' });
    }
    const rotation = rotate(token);
    if (!rotation && has('a dead session is a 500')) return json(response, 500, {});
    if (!rotation && !grants.has(token) && has('a wrong token is a 500')) return json(response, 500, {});
    if (!rotation) {
      if (hint) response.setHeader('Set-Cookie', hint.deleted('refusal', grants.has(token)));
      return json(
        response,
        401,
        { error: 'invalid_grant' },
        has('the refusal quotes the token') ? `text/${token}` : undefined,
      );
    }
    const isSilent = has('the overlap gives no cookie') && rotation.isRepeated;
    const answer = tokenAnswer();
    const hints = hint?.beside(rotation.grant, token, answer.access_token) ?? [];
    const tokens = set(rotation.grant.refreshToken);
    const cookies = has('the hint comes first') ? [...hints, ...tokens] : [...tokens, ...hints];
    if (!isSilent && !has('no rotation')) response.setHeader('Set-Cookie', cookies);
    return json(response, 200, answer);
  }

  function toVisitor(response: ServerResponse): ServerResponse {
    if (has('visitors get a page')) return page(response, 200);
    if (has('visitors get an HTML 403')) return page(response, 403);
    if (has('visitors get a redirect')) {
      response.setHeader('Location', `/login?state=${issue('state-of-a-redirect')}`);
      return json(response, 302, {});
    }
    if (has('visitors get a 404')) return json(response, 404, {});
    if (has('visitors get a 500', 'a dead session is a 500')) return json(response, 500, {});
    if (has('visitors get a token')) return json(response, 200, tokenAnswer());
    return json(response, 401, { error: 'no_session' });
  }

  function signOut(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const family = grants.get(cookieIn(request) ?? '')?.family;
    if (family && !has('sign-out keeps the session')) sessions.revoke(family);
    const hints = hint?.deleted('sign-out', true) ?? [];
    const deleted = `session=; ${attributes('sign-out')}; Expires=Thu, 01 Jan 1970 00:00:00 GMT`;
    response.setHeader('Set-Cookie', has('sign-out deletes nothing') ? hints : [deleted, ...hints]);
    if (has('sign-out answers nothing, as HTML')) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      return response.end();
    }
    if (has('sign-out answers a page')) return page(response, 200);
    return json(response, has('sign-out answers 500') ? 500 : 200, {});
  }

  function allow(request: IncomingMessage, response: ServerResponse): void {
    const { origin = '' } = request.headers;
    const isAllowed = origin === ORIGIN || has('CORS reflects') || (has('CORS by prefix') && origin.startsWith(ORIGIN));
    if (!isAllowed && !has('CORS for all')) return;
    if (has('CORS not for 401') && cookieIn(request) === undefined && request.method === 'POST') return;
    response.setHeader('Access-Control-Allow-Origin', has('CORS for all') ? '*' : origin);
    if (!has('CORS without credentials')) response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (!has('CORS without the header')) response.setHeader('Access-Control-Allow-Headers', 'X-Requested-With');
    if (!has('CORS exposes nothing')) response.setHeader('Access-Control-Expose-Headers', 'Date, Retry-After');
  }

  const server = createServer((request, response) => {
    allow(request, response);
    response.setHeader('Cache-Control', has('cacheable') ? 'max-age=60' : 'no-store');
    response.sendDate = false;
    if (!has('no Date')) response.setHeader('Date', new Date(clock()).toUTCString());
    if (request.method === 'OPTIONS') {
      response.statusCode = 204;
      response.end();
    } else if (request.url?.startsWith('/auth/logout')) signOut(request, response);
    else refresh(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    /** `https`, though none is spoken. */
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issued,
    /** Gives the cookie jar of somebody who has just signed in. */
    signIn(): string {
      const grant = sessions.begin({ id: 'ada', name: 'Ada' });
      grants.set(grant.refreshToken, grant);
      const path = has('Path=/') ? '/' : '/auth';
      const expires = has('no expiry', 'no expiry at the sign-in') ? 0 : Math.floor(Date.now() / 1_000) + 2_592_000;
      const fields = [
        '127.0.0.1',
        has('Domain') ? 'TRUE' : 'FALSE',
        path,
        'TRUE',
        expires,
        'session',
        grant.refreshToken,
      ];
      const isReadable = has('no HttpOnly', 'no HttpOnly at the sign-in');
      const other = hasOther ? `#HttpOnly_127.0.0.1\tFALSE\t/\tTRUE\t0\tsid\t${OTHER}\n` : '';
      return `# Netscape HTTP Cookie File\n\n${other}${isReadable ? '' : '#HttpOnly_'}${fields.join('\t')}\n${hint?.inJar(grant) ?? ''}`;
    },
    /** Milliseconds that an answer takes. */
    latency: has('three seconds, slowly') ? 1_000 : 0,
    now,
    passTime(ms: number): void {
      ahead += ms;
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Of the pages: another origin, of the same site. */
export const ORIGIN = 'https://127.0.0.1:1';

/** A session's, say: longer than the refresh token, and as hidden from scripts. */
const OTHER = `s%3A${'k'.repeat(80)}`;

const cookieIn = ({ headers }: IncomingMessage): string | undefined =>
  /session=(?:\d+~)?([^;]+)/.exec(headers.cookie ?? '')?.[1];

function json(response: ServerResponse, status: number, body: object, type = 'application/json'): ServerResponse {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  return response.end(JSON.stringify(body));
}

function page(response: ServerResponse, status: number): ServerResponse {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html');
  return response.end('<!doctype html><title>App</title>');
}
