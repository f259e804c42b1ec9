/** P7: the answer to a sign-in, whose body ends after somebody else has signed in, doesn't bring the earlier user back. */

import { describe, expect, it } from 'vitest';
import { failureOf } from '../../given/failures.ts';
import { becomes, subjectOf } from '../../given/shown.ts';
import { tokenServers } from '../../given/token-server.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { newBrowser, openTab, openTwoTabs } from '../../world/tabs.ts';
import { gate, rest } from '../../world/waiting.ts';

const startTokenServer = tokenServers();

/** An answer whose body ends when the test says so. */
function slow(content: object) {
  const { opened, open } = gate();
  const body = new ReadableStream({
    async start(controller) {
      await opened;
      controller.enqueue(new TextEncoder().encode(JSON.stringify(content)));
      controller.close();
    },
  });
  return { answer: new Response(body), end: open };
}

describe('a slow answer to a sign-in', () => {
  it('setSession() leaves Bob, who has signed in in another tab meanwhile', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    const { answer, end } = slow(server.signIn('ada'));
    const late = failureOf(here.setSession(answer));
    await there.signIn(server.login('bob'));
    await becomes('bob', here, there);
    end();

    expect(await late).toMatchObject({ code: 'session-changed' });
    await rest();
    expect([here, there].map(subjectOf)).toEqual(['bob', 'bob']);
    await there.fetch(`${API}/payments`, { method: 'POST' });
    expect(server.apiRequests.map(({ user }) => user)).toEqual(['bob']);
  });

  it('setSession() leaves Bob, who has signed in in this tab meanwhile', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const { answer, end } = slow(server.signIn('ada'));
    const late = failureOf(auth.setSession(answer));
    await auth.signIn(server.login('bob'));
    end();

    expect(await late).toMatchObject({ code: 'session-changed' });
    expect(subjectOf(auth)).toBe('bob');
  });

  it('setSession() leaves Bob, whose cookie signIn() has found meanwhile', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const { answer, end } = slow(server.signIn('ada'));
    const late = failureOf(auth.setSession(answer));
    server.signIn('bob');
    await auth.signIn();
    end();

    expect(await late).toMatchObject({ code: 'session-changed' });
    expect(subjectOf(auth)).toBe('bob');
  });

  it('of two calls of setSession() the later one counts', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const ada = slow(server.signIn('ada'));
    const bob = slow(server.signIn('bob'));
    const late = failureOf(auth.setSession(ada.answer));
    const later = auth.setSession(bob.answer);
    bob.end();
    expect(await later).toMatchObject({ subject: 'bob' });
    ada.end();

    expect(await late).toMatchObject({ code: 'session-changed' });
    expect(subjectOf(auth)).toBe('bob');
  });

  it('an earlier call counts where the later one fails', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const ada = slow(server.signIn('ada'));
    const signingIn = auth.setSession(ada.answer);
    await failureOf(auth.setSession(new Response('', { status: 401 })));
    ada.end();

    expect(await signingIn).toMatchObject({ subject: 'ada' });
  });

  it('setSession() goes on where another tab’s refresh has found its cookie meanwhile', async () => {
    const server = startAuthServer();
    const [here, there] = openTwoTabs();
    await there.signIn(server.login('ada'));
    await becomes('ada', here);
    const bob = slow(server.signIn('bob'));
    const signingIn = here.setSession(bob.answer);
    await there.refresh().catch(() => {});
    await becomes('bob', here, there);
    bob.end();

    expect(await signingIn).toMatchObject({ subject: 'bob' });
  });

  it('setSession() in a new tab replaces the session that the other tabs know', async () => {
    const server = startAuthServer();
    const name = newBrowser();
    const there = openTab({ name });
    await there.signIn(server.login('ada'));
    const here = openTab({ name });
    const bob = slow(server.signIn('bob'));
    const signingIn = here.setSession(bob.answer);
    await becomes('ada', here);
    bob.end();

    expect(await signingIn).toMatchObject({ subject: 'bob' });
    await becomes('bob', there);
  });

  it('a refresh token that comes too late is revoked', async () => {
    const server = startTokenServer();
    const tab = server.openTab();
    const ada = slow(server.begin());
    const late = failureOf(tab.setSession(ada.answer));
    await tab.setSession(server.begin());
    ada.end();

    expect(await late).toMatchObject({ code: 'session-changed' });
    expect(server).toMatchObject({ revoked: ['session1-1'], aliveSessions: ['session2'] });
  });
});
