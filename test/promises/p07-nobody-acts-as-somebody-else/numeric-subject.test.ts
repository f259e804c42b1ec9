/** P7 where the subject is a number, as several frameworks issue it: another number is another user. */

import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { API, type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { openTab, openTwoTabs, record, signedInEverywhere } from '../../world/tabs.ts';
import { tokenAnswer } from '../../world/tokens.ts';
import { rest, until } from '../../world/waiting.ts';

const order = { method: 'POST', body: 'one' };
let server: AuthServer;
beforeEach(() => {
  server = startAuthServer();
});

/** The server's next refresh gives this user's token; its API accepts no other. */
function refreshGives(sub: unknown): void {
  const { access_token, expires_in } = tokenAnswer({ sub });
  server.answerRefresh = () => Response.json({ access_token, expires_in });
  server.answerApi = ({ headers }) =>
    Response.json({}, { status: headers.get('authorization') === `Bearer ${access_token}` ? 200 : 401 });
}

describe('a subject that is a number (P7)', () => {
  it.each([1, 0, 4711])('the number %i shows in the state as a string', async (sub) => {
    const auth = openTab();
    const seen = record(auth);
    await auth.setSession(tokenAnswer({ sub }));

    expect(auth.getState()).toMatchObject({ subject: String(sub), claims: { sub } });
    expect(seen).toEqual([{ name: 'signed-in', detail: { subject: String(sub) } }]);
  });

  it.each([
    [1, 2],
    [0, 1],
    [1, 'bob'],
    ['ada', 2],
  ])('a request of user %s isn’t replayed as user %s', async (ada, bob) => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: ada }));
    const seen = record(auth);
    refreshGives(bob);

    expect(await failureOf(auth.fetch(`${API}/orders`, order))).toMatchObject({ code: 'session-changed' });
    expect(server.apiRequests).toHaveLength(1);
    expect(seen).toEqual([{ name: 'user-changed', detail: { subject: String(bob), previousSubject: String(ada) } }]);
  });

  it('the same number is the same user, whose request is replayed', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 1 }));
    const seen = record(auth);
    refreshGives(1);

    expect((await auth.fetch(`${API}/orders`, order)).status).toBe(200);
    expect(seen.map(({ name }) => name)).toEqual(['refreshed', 'replayed']);
  });

  it('another number that signs in in another tab is another user', async () => {
    const [here, there] = openTwoTabs();
    await here.setSession(tokenAnswer({ sub: 1 }));
    await signedInEverywhere(here, there);
    const seen = record(here);
    await there.setSession(tokenAnswer({ sub: 2 }));
    await until(() => seen.length > 0);
    await rest();

    expect(seen).toEqual([{ name: 'user-changed', detail: { subject: '2', previousSubject: '1' } }]);
  });

  it('the same number that signs in again is the same user', async () => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub: 1 }));
    const seen = record(auth);
    await auth.setSession(tokenAnswer({ sub: 1 }));

    expect(seen).toEqual([{ name: 'refreshed', detail: { by: 'this-tab' } }]);
  });

  it.each([null, true, {}, [1], ''])('what is no subject stays none: %j', async (sub) => {
    const auth = openTab();
    await auth.setSession(tokenAnswer({ sub }));

    expect(['', undefined]).toContain((auth.getState() as { subject?: string }).subject);
  });
});
