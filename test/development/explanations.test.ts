/** What the console says of each problem in development, word for word: `explanations.txt` is read as a page. */

import { expect, it } from 'vitest';
import { explain } from '../../src/development/explanations.ts';
import type { Problem, ProblemCode } from '../../src/problems.ts';

const PAGE = 'https://app.test/shop/cart';
const url = 'https://app.test/auth/refresh';
const orders = 'https://api.test/orders';

/** Each problem in each way that it is told. */
const TOLD: { readonly [Code in ProblemCode]: readonly Extract<Problem, { code: Code }>[] } = {
  'endpoint-missing': [
    { code: 'endpoint-missing', url, status: 404 },
    { code: 'endpoint-missing', url, status: 405 },
    { code: 'endpoint-missing', url: undefined, status: 404 },
  ],
  'endpoint-redirects': [{ code: 'endpoint-redirects', url }],
  'endpoint-answers-html': [
    { code: 'endpoint-answers-html', url, status: 299 },
    { code: 'endpoint-answers-html', url, status: 300 },
  ],
  'endpoint-answers-no-json': [
    { code: 'endpoint-answers-no-json', url, contentType: 'text/csv' },
    { code: 'endpoint-answers-no-json', url, contentType: '' },
  ],
  'endpoint-gives-no-token': [{ code: 'endpoint-gives-no-token', url, keys: '"user" and "ok"' }],
  'token-type-unsupported': [{ code: 'token-type-unsupported', url, why: 'its token_type is "DPoP"' }],
  'endpoint-unreadable': [{ code: 'endpoint-unreadable', url: 'https://id.test/refresh' }],
  'retry-after-unreadable': [{ code: 'retry-after-unreadable', url, status: 429 }],
  'csrf-refused': [{ code: 'csrf-refused', url, status: 403 }],
  'csrf-cookie-missing': [{ code: 'csrf-cookie-missing', url, status: 401 }],
  'refresh-request-refused': [
    { code: 'refresh-request-refused', url, word: 'invalid_client' },
    { code: 'refresh-request-refused', url, word: '' },
  ],
  'option-failed': [
    { code: 'option-failed', url: undefined, option: 'refresh' },
    { code: 'option-failed', url, option: 'verdict' },
    { code: 'option-failed', url, option: 'subject' },
  ],
  'expires-in-unreadable': [{ code: 'expires-in-unreadable', url }],
  'token-expired-on-arrival': [{ code: 'token-expired-on-arrival', url, left: -1_260, evidence: 'its exp' }],
  'token-lifetime-short': [
    { code: 'token-lifetime-short', url, lifetime: 5_000, took: 2_345 },
    { code: 'token-lifetime-short', url, lifetime: 60_000, took: 100, claimed: 300_000 },
  ],
  'cookie-not-kept': [
    { code: 'cookie-not-kept', url },
    { code: 'cookie-not-kept', url: undefined },
    { code: 'cookie-not-kept', url: 'https://id.test/refresh' },
    { code: 'cookie-not-kept', url: 'https://app.test:8443/refresh' },
    { code: 'cookie-not-kept', url: 'http://app.test/refresh' },
    { code: 'cookie-not-kept', url: 'http://localhost:3000/refresh' },
  ],
  'refresh-timeout-short': [{ code: 'refresh-timeout-short', url, took: 12_000, refreshTimeout: 10_000 }],
  'min-validity-capped': [{ code: 'min-validity-capped', asked: 60, used: 12.6 }],
  'origin-not-allowed': [
    { code: 'origin-not-allowed', url: orders, origin: 'https://api.test' },
    { code: 'origin-not-allowed', url: 'https://app.test/orders', origin: 'https://app.test' },
    { code: 'origin-not-allowed', url: 'http://api.test/orders', origin: 'http://api.test' },
    { code: 'origin-not-allowed', url: 'http://localhost:3000/orders', origin: 'http://localhost:3000' },
  ],
  'request-not-replayed': [{ code: 'request-not-replayed', method: 'POST', url: orders }],
  'fresh-token-refused': [{ code: 'fresh-token-refused', method: 'GET', url: orders }],
  'sign-out-not-confirmed': [
    { code: 'sign-out-not-confirmed', url: 'https://app.test/auth/logout', status: 404 },
    { code: 'sign-out-not-confirmed', url: 'https://app.test/auth/logout', status: 0 },
  ],
  'hint-cookie-missing': [{ code: 'hint-cookie-missing', cookie: 'has_session' }],
  'no-web-locks': [
    { code: 'no-web-locks', isSecureContext: true },
    { code: 'no-web-locks', isSecureContext: false },
  ],
  'no-broadcast-channel': [{ code: 'no-broadcast-channel', isSecureContext: true }],
};

it('says what was seen, the likely causes, and what to do', async () => {
  const page = new URL(PAGE);
  const told = Object.values(TOLD)
    .flat()
    .map((problem) => `${JSON.stringify(problem)}\n\n${explain(problem, { page })}\n`);
  await expect(told.join('\n---\n\n')).toMatchFileSnapshot('explanations.txt');
});

it('a page of plain http may have itself in allowedOrigins', () => {
  const page = new URL('http://intranet.test/');
  const origin = page.origin;
  expect(explain({ code: 'origin-not-allowed', url: `${origin}/orders`, origin }, { page })).toContain(
    `add it: allowedOrigins: ['${origin}']`,
  );
});
