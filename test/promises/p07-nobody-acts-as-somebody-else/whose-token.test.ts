/** P7 where a token says by another claim than `sub` whose it is, or only its answer does. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { LEAK, SECRET } from '../../given/secret-answers.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { openTab, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { tokenAnswer } from '../../world/tokens.ts';
import { tracesOf } from '../../world/traces.ts';
import { rest, until } from '../../world/waiting.ts';

let server: AuthServer;
beforeEach(() => {
  server = startAuthServer();
});

const opaque = (id: string | number, value: string) => ({ access_token: value, expires_in: 60, user: { id } });
const subject = (_: unknown, answer: unknown) => (answer as { user?: { id: string } }).user?.id;

describe('whose token it is (P7)', () => {
  it.each([
    ['user_id', 7],
    ['uid', 'ada'],
    ['userId', 'ada'],
  ])('the claim %s says it, where there is no sub', async (claim, value) => {
    const auth = openTab();
    const seen = record(auth);
    await auth.setSession(tokenAnswer({ sub: undefined, [claim]: value }));
    await auth.setSession(tokenAnswer({ sub: undefined, [claim]: value, jti: 2 }));

    expect(auth.getState()).toMatchObject({ subject: String(value) });
    expect(seen.map(({ name }) => name)).toEqual(['signed-in', 'refreshed']);
  });

  it('sub comes first', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 'ada', user_id: 7, uid: 'x', userId: 'y' }));
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
  });

  it('a waiting request goes on where the same user signs in again', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: undefined, user_id: 7 }));
    const next = tokenAnswer({ sub: undefined, user_id: 7, jti: 2 }) as { access_token: string };
    server.answerRefresh = () => Response.json(next);
    server.answerApi = ({ headers }) =>
      Response.json({}, { status: headers.get('authorization') === `Bearer ${next.access_token}` ? 200 : 401 });

    expect((await auth.fetch(`${API}/orders`, { method: 'POST', body: 'one' })).status).toBe(200);
  });

  it('the option subject reads it from the answer to an opaque token', async () => {
    const auth = openTab({ subject });
    const seen = record(auth);
    await auth.setSession(opaque('ada', 'first'));
    await auth.setSession(opaque('ada', 'second'));
    await auth.setSession(opaque('bob', 'third'));

    expect(auth.getState()).toMatchObject({ subject: 'bob', claims: undefined });
    expect(seen.map(({ name }) => name)).toEqual(['signed-in', 'refreshed', 'user-changed']);
    expect(seen.at(-1)?.detail).toEqual({ subject: 'bob', previousSubject: 'ada' });
  });

  it('a number that it gives counts as a string', async () => {
    const auth = openTab({ subject });
    await auth.setSession(opaque(7, 'first'));
    expect(auth.getState()).toMatchObject({ subject: '7' });
  });

  it('where it gives nothing, the claims say it', async () => {
    const auth = openTab({ subject });
    await auth.setSession(tokenAnswer({ sub: 'ada' }));
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
  });

  it('other tabs are told whose an opaque token is', async () => {
    const [here, there] = openTwoTabs({ subject });
    await here.setSession(opaque('ada', 'first'));
    await signedInEverywhere(here, there);
    const seen = record(there);
    expect(there.getState()).toMatchObject({ subject: 'ada' });

    await here.setSession(opaque('bob', 'second'));
    await until(() => seen.length > 0);
    expect(seen).toEqual([{ name: 'user-changed', detail: { subject: 'bob', previousSubject: 'ada' } }]);
  });

  it.each<[string, () => Promise<string>]>([
    ['ada', async () => 'ada'],
    ['nothing', () => Promise.reject(new Error(SECRET))],
  ])('a token is nobody’s to take where it gives a promise of %s', async (_, later) => {
    const auth = openTab({ subject: later as never });
    const error = await failureOf(auth.setSession(opaque('ada', SECRET)));
    await rest();

    expect(error).toMatchObject({
      code: 'sign-in-failed',
      message: expect.stringContaining('option subject gave a promise'),
    });
    expect(auth.getState().status).toBe('restoring');
  });

  it('a token is nobody’s to take where it throws, and nothing is quoted', async () => {
    const auth = openTab({
      subject: (_, answer) => {
        throw new Error(JSON.stringify(answer));
      },
    });
    const error = await failureOf(auth.setSession(opaque('ada', SECRET)));

    expect(error).toMatchObject({ code: 'sign-in-failed', message: expect.stringContaining('option subject threw') });
    expect(tracesOf(LEAK, error)).toEqual([]);
    expect(auth.getState().status).toBe('restoring');
  });
});

describe('a subject that only the answer to the sign-in names', () => {
  it('stays known, so that another user is noticed', async () => {
    server.opaque = true;
    const auth = openTab({ subject });
    await auth.setSession({ ...server.signIn('ada'), user: { id: 'ada' } });
    await auth.refresh();
    expect(auth.getState()).toMatchObject({ subject: 'ada' });
    const changed = vi.fn();
    auth.on('user-changed', changed);

    // By another app of the site.
    server.signIn('bob');
    server.shape = (token, lifetime) => ({ access_token: token, expires_in: lifetime, user: { id: 'bob' } });
    await failureOf(auth.refresh());

    expect(changed).toHaveBeenCalledExactlyOnceWith({ subject: 'bob', previousSubject: 'ada' });
  });

  it('stays known, so that the same user is no other one', async () => {
    server.opaque = true;
    const [one, two] = openTwoTabs({ subject });
    await one.setSession({ ...server.signIn('ada'), user: { id: 'ada' } });
    await signedInEverywhere(one, two);
    await one.refresh();
    const changed = vi.fn();
    two.on('user-changed', changed);

    await one.setSession({ ...server.signIn('ada'), user: { id: 'ada' } });
    await rest();

    expect(two.getState()).toMatchObject({ subject: 'ada' });
    expect(changed).not.toHaveBeenCalled();
  });
});
