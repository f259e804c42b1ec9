/** The option `verdict`: what an answer means where the built-in rule takes it wrongly. */

import { type AuthClientOptions, RefreshUnavailableError, SessionExpiredError } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { html, json, LEAK, restore, SECRET, text } from '../../given/secret-answers.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { openTab, record } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';

type VerdictOption = NonNullable<AuthClientOptions['verdict']>;

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** Ada's refresh is answered so; what the app is told of it. */
async function refreshed(verdict: VerdictOption, answer: () => Response) {
  const auth = await adasTab(server, { verdict });
  const events = record(auth);
  server.answerRefresh = answer;
  const error = await failureOf(auth.refresh());
  return { auth, error, events };
}

describe('the option verdict', () => {
  it('`over` ends the session, whatever the answer is', async () => {
    const { auth, error } = await refreshed(
      () => 'over',
      () => json({ state: 'gone' }, { status: 404 }),
    );
    expect(error).toBeInstanceOf(SessionExpiredError);
    expect(auth.getState()).toEqual({ status: 'signed-out', reason: 'expired' });
  });

  it('`unavailable` keeps the session, whatever the answer is', async () => {
    const { auth, error } = await refreshed(
      () => 'unavailable',
      () => json({ error: 'invalid_grant' }, { status: 401 }),
    );
    expect(error).toMatchObject({ code: 'refresh-unavailable', retryable: true });
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('`renewed` reads the tokens, whatever the status is', async () => {
    const auth = openTab({ verdict: () => 'renewed' });
    server.answerRefresh = () => json({ access_token: 'abc' }, { status: 403 });
    expect(await restore(auth)).toMatchObject({ status: 'signed-in' });
  });

  it('`undefined` leaves it to the built-in rule', async () => {
    const { error } = await refreshed(
      () => undefined,
      () => json({}, { status: 401 }),
    );
    expect(error).toBeInstanceOf(SessionExpiredError);
  });

  it('it gets the response and its parsed JSON', async () => {
    const verdict = vi.fn<VerdictOption>(() => 'unavailable');
    await refreshed(verdict, () => json({ why: 'none' }, { status: 409 }));
    expect(verdict).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 409 }), { why: 'none' });
  });

  it.each<[string, () => Response, string]>([
    ['text', () => text('gone', 'text/plain'), 'gone'],
    ['nothing', () => new Response(null, { status: 204 }), ''],
    ['an HTML page', () => html(403), `<!doctype html><title>${SECRET}</title>`],
  ])('it gets the text of an answer that isn’t JSON: %s', async (_, answer, body) => {
    const verdict = vi.fn<VerdictOption>(() => 'unavailable');
    await refreshed(verdict, answer);
    expect(verdict).toHaveBeenCalledExactlyOnceWith(expect.any(Response), body);
  });

  it('it can take a redirect for the end', async () => {
    const { error } = await refreshed(
      (response) => (response?.status === 302 ? 'over' : undefined),
      () => Response.redirect('https://app.test/login', 302),
    );
    expect(error).toBeInstanceOf(SessionExpiredError);
  });

  it('it gets no response where a refresh function gives parsed JSON', async () => {
    const verdict = vi.fn<VerdictOption>(() => 'over');
    const auth = openTab({ verdict, refresh: async () => ({ gone: true }) });
    expect(await restore(auth)).toEqual({ status: 'signed-out', reason: 'no-session' });
    expect(verdict).toHaveBeenCalledExactlyOnceWith(undefined, { gone: true });
  });

  it.each<[string, VerdictOption, RegExp]>([
    [
      'throws',
      (_, body) => {
        throw new Error(JSON.stringify(body));
      },
      /option verdict threw an error/,
    ],
    ['is async, and rejects', (async () => Promise.reject(new Error(SECRET))) as never, /option verdict gave none of/],
    ['gives another word', (() => SECRET) as never, /option verdict gave none of/],
    ['gives null', (() => null) as never, /option verdict gave none of/],
  ])('the session is kept, and nothing quoted, where it %s', async (_, verdict, message) => {
    const { auth, error, events } = await refreshed(verdict, () => json({ s: SECRET }, { status: 401 }));

    expect(error).toBeInstanceOf(RefreshUnavailableError);
    expect((error as Error).message).toMatch(message);
    expect(tracesOf(LEAK, [error, events])).toEqual([]);
    expect(auth.getState().status).toBe('signed-in');
  });

  it('the pause that the server names is kept', async () => {
    const { error } = await refreshed(
      () => 'unavailable',
      () => json({}, { status: 409, headers: { 'Retry-After': '7' } }),
    );
    expect(error).toMatchObject({ retryAfter: 7_000 });
  });

  it('it isn’t asked about a sign-in', async () => {
    const verdict = vi.fn<VerdictOption>(() => 'over');
    await adasTab(server, { verdict });
    expect(verdict).not.toHaveBeenCalled();
  });
});
