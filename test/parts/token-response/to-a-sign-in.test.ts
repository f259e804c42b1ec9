/** Answers to a sign-in: who is signed in by them, who isn’t, and that none is quoted (P9). */

import { SignInFailedError } from 'silent-refresh';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { othersStaySilent } from '../../given/new-tab.ts';
import { brokenOff, html, json, LEAK, SECRET, tokenless } from '../../given/secret-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { pass, stopClocks } from '../../world/clocks.ts';
import { openTab, record } from '../../world/tabs.ts';
import { tracesOf } from '../../world/traces.ts';
import { rest, standing } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

describe('the answer to a sign-in', () => {
  it.each(tokenless)('an answer without a usable token signs nobody in: %s', async (_, answer, why) => {
    const auth = openTab();
    const events = record(auth);
    const request = vi.fn(async () => answer());
    const error = await failureOf(auth.signIn(request));

    expect(error).toBeInstanceOf(SignInFailedError);
    expect(error).toMatchObject({ code: 'sign-in-failed', retryable: false });
    expect((error as Error).message).toMatch(why);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(request).toHaveBeenCalledTimes(1);
    expect(auth.getState()).toEqual({ status: 'restoring' });
    expect(events).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['the bare token', SECRET],
    ['an axios response, with its body under data', { status: 200, headers: {}, data: { access_token: SECRET } }],
    ['an array', [SECRET]],
  ])('what is no answer signs nobody in: %s', async (_, junk) => {
    const auth = openTab();
    for (const attempt of [() => auth.signIn(async () => junk as object), () => auth.setSession(junk as object)]) {
      const error = await failureOf(attempt());
      expect(error).toBeInstanceOf(SignInFailedError);
      expect((error as Error).message).toMatch(/readTokens/);
      expect(tracesOf(LEAK, error)).toEqual([]);
    }
    expect(auth.getState().status).toBe('restoring');
  });

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('an answer of %i leaves the response unread, with retryable: %s', async (status, retryable) => {
    const auth = openTab();
    const error = await auth
      .signIn(async () => json({ field: `wrong password ${SECRET}` }, { status }))
      .catch((error: unknown) => error);

    expect(error).toMatchObject({ code: 'sign-in-failed', retryable, message: expect.stringContaining(`${status}`) });
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(await (error as SignInFailedError).response?.json()).toEqual({ field: `wrong password ${SECRET}` });
    expect(server.refreshCalls).toBe(0);
  });

  it('a login’s own error passes through, and the next one works', async () => {
    const auth = openTab();
    const offline = new TypeError('Failed to fetch');
    await expect(auth.signIn(() => Promise.reject(offline))).rejects.toBe(offline);
    await auth.signIn(server.login('ada'));
    expect(auth.getState().status).toBe('signed-in');
  });

  it('an answer that breaks off signs nobody in', async () => {
    const auth = openTab();
    const error = await failureOf(auth.signIn(async () => brokenOff()));
    expect(error).toBeInstanceOf(Error);
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('setSession() gives up an answer whose body never ends', async () => {
    const auth = openTab({ refreshTimeout: 10_000 });
    const endless = new Response(new ReadableStream({}), { headers: { 'Content-Type': 'application/json' } });
    const given = failureOf(auth.setSession(endless));
    await pass(9_000, 1_000);
    expect(await standing(given)).toBe('pending');
    await pass(1_000);

    expect(await standing(given)).toBe('fulfilled');
    expect(await given).toBeInstanceOf(SignInFailedError);
    await auth.signIn(server.login('ada'));
    expect(auth.getState()).toMatchObject({ status: 'signed-in', subject: 'ada' });
  });

  it('an answer that ends too late signs nobody in', async () => {
    const auth = openTab({ refreshTimeout: 10_000 });
    let end = () => {};
    const late = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => {
          controller.enqueue(new TextEncoder().encode(JSON.stringify(server.signIn('ada'))));
          controller.close();
        };
      },
    });
    const given = failureOf(auth.setSession(new Response(late)));
    await pass(10_000, 1_000);
    expect(await standing(given)).toBe('fulfilled');
    end();
    await rest();

    expect(auth.getState()).toEqual({ status: 'restoring' });
  });

  it('a failed sign-in leaves whoever is signed in alone', async () => {
    const auth = await adasTab(server);
    const state = auth.getState();
    await auth.signIn(async () => json({}, { status: 401 })).catch(() => {});
    await auth.signIn(async () => html(200)).catch(() => {});

    expect(auth.getState()).toBe(state);
    expect((await auth.fetch(`${API}/orders`)).status).toBe(200);
  });

  it('a login that throws at once is over, and fetches restore again', async () => {
    const auth = openTab();
    const slip = new Error('no form');
    const request = () => {
      throw slip;
    };
    await expect(auth.signIn(request)).rejects.toBe(slip);

    server.signIn('ada');
    const orders = auth.fetch(`${API}/orders`);
    await othersStaySilent();
    expect((await orders).status).toBe(200);
    expect(server.apiRequests).toHaveLength(1);
  });
});
