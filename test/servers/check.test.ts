/** The command `silent-refresh check` and servers that others have written: it says of each what is true, and nothing else. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { not, type Outcomes } from '../check/outcomes.ts';
import { documentedArguments, runCheck } from './check-command.ts';
import { type Django, startDjango } from './django/start-django.ts';
import { startExpress } from './express.ts';
import { startHono } from './hono.ts';
import { type RunningProvider, startProvider } from './oidc-provider/provider.ts';
import { OVERLAP } from './usual-server.ts';

/** Seconds. */
const OF_DJANGO = 2;
const PAGES = 'http://127.0.0.1:1';

let django: Django;
let provider: RunningProvider;
beforeAll(async () => {
  [django, provider] = await Promise.all([startDjango(OF_DJANGO), startProvider({ app: PAGES, tokens: 'opaque' })]);
});
afterAll(() => Promise.all([django?.close(), provider?.close()]));

/** All the rest is kept. */
async function found(args: readonly string[], all: Outcomes): Promise<void> {
  const { outcomes, output, code } = await runCheck(args);
  expect({ code, ...not('kept', outcomes) }, output).toEqual({
    code: Object.values(all).includes('broken') ? 1 : 0,
    'retry-after': 'unchecked',
    ...all,
  });
}

const NO_COOKIE = { forgery: 'unchecked', get: 'unchecked', 'sign-out-cookie': 'unchecked' } as const;
const djangosOrigin = () => `http://127.0.0.1:${django.port}`;

// Each one waits for an overlap, so they run side by side.
describe.concurrent('what it finds', () => {
  it('Django, with the documented endpoints: all is kept', async () => {
    const args = documentedArguments('http://localhost:8000/auth/refresh/', djangosOrigin());
    await found([...args, '--overlap', String(OF_DJANGO)], { cors: 'unchecked' });
  });

  it('SimpleJWT: no overlap, no family, and a cache may keep the answer', async () => {
    const args = documentedArguments('http://localhost:8000/api/token/refresh/', djangosOrigin());
    const { outcomes, output } = await runCheck(args);
    // By a race, both of two requests may get a token.
    const { 'at-once': atOnce, ...others } = not('kept', outcomes);
    expect(['broken', 'unclear']).toContain(atOnce);
    expect(others, output).toEqual({
      ...{ cors: 'unchecked', 'retry-after': 'unchecked', ...NO_COOKIE },
      ...{ overlap: 'broken', 'reuse-family': 'broken', 'no-store': 'broken' },
    });
  });

  it('oidc-provider: no overlap, and a page of another origin can read no Retry-After', async () => {
    const { issuer, endpoints } = provider;
    const signIn = `"${process.execPath}" "${join(import.meta.dirname, 'oidc-provider/sign-in.ts')}" ${issuer} ${PAGES}/spa`;
    await found(
      [
        ...[endpoints.token_endpoint, '--body', 'form', '--client-id', 'spa', '--origin', PAGES, '--overlap', '1'],
        ...['--sign-out', endpoints.revocation_endpoint, '--sign-in', signIn],
      ],
      {
        ...{ ...NO_COOKIE, 'cors-preflight': 'unchecked', claims: 'unchecked', subject: 'unclear' },
        ...{ overlap: 'broken', 'at-once': 'broken', 'cors-expose': 'broken' },
      },
    );
  });

  it.for([
    ['Express', startExpress],
    ['Hono, with the documented routes', startHono],
  ] as const)('%s: all is kept', async ([, start]) => {
    const { url, close } = await start();
    const signIn = `curl -sf -o /dev/null -c "$COOKIE_JAR" --json '{"user":"ada","password":"secret"}' ${url}/auth/login`;
    const args = ['--overlap', String(OVERLAP / 1_000), '--sign-out', `${url}/auth/logout`, '--sign-in', signIn];
    await found([`${url}/auth/refresh`, ...args], { cors: 'unchecked' });
    await close();
  });
});
