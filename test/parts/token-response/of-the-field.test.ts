/** What servers of the field answer to a refresh, and what becomes of a session that is known, and of a visitor. */

import { cookieRefresh } from 'silent-refresh';
import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { ends } from '../../given/field-answers/ends.ts';
import type { FieldAnswer, Meaning } from '../../given/field-answers/field-answer.ts';
import { refusedRequests } from '../../given/field-answers/refused-requests.ts';
import { tokens } from '../../given/field-answers/tokens.ts';
import { restore } from '../../given/secret-answers.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { openTab, record } from '../../world/tabs.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

const signedIn = { status: 'signed-in', subject: 'ada' };
const notKnown = (retryable: boolean) => ({ status: 'restoring', error: { code: 'refresh-unavailable', retryable } });

/** After the answer: how the session that was known stands, what is reported of it, and what a visitor sees. */
const outcomes: Readonly<Record<Meaning, readonly [known: object, error: object | undefined, visitor: object]>> = {
  renewed: [{ status: 'signed-in' }, undefined, { status: 'signed-in' }],
  over: [
    { status: 'signed-out', reason: 'expired' },
    { code: 'session-expired' },
    { status: 'signed-out', reason: 'no-session' },
  ],
  unavailable: [signedIn, { code: 'refresh-unavailable', retryable: true }, notKnown(true)],
  'set-up': [signedIn, { code: 'refresh-unavailable', retryable: false }, notKnown(false)],
  'no-session': [signedIn, { code: 'refresh-unavailable' }, { status: 'signed-out', reason: 'no-session' }],
};

const rows = [...refusedRequests, ...ends, ...tokens].map((row): [string, FieldAnswer] => [
  `${row.server} ${row.version}: ${row.status} ${JSON.stringify(row.body).slice(0, 60)}${row.withoutCsrfCookie ? ', without the CSRF cookie' : ''}`,
  row,
]);

function answerOf({ status, headers, body }: FieldAnswer): Response {
  if (typeof body === 'string') return new Response(body, { status, headers: { ...headers } });
  return Response.json(body, { status, headers: { ...headers } });
}

const optionsFor = ({ withoutCsrfCookie }: FieldAnswer) =>
  withoutCsrfCookie
    ? { refresh: cookieRefresh({ url: '/auth/refresh', csrf: { cookie: 'csrftoken', header: 'X-CSRFToken' } }) }
    : {};

describe('the answers of the field', () => {
  it('there are more than 65 of them, of more than 40 kinds of server', () => {
    expect(rows.length).toBeGreaterThanOrEqual(65);
    expect(new Set(rows.map(([, row]) => row.server)).size).toBeGreaterThanOrEqual(40);
  });

  it.each(rows)('a known session, after %s', async (_, row) => {
    const auth = await adasTab(server, optionsFor(row));
    const events = record(auth);
    server.answerRefresh = () => answerOf(row);
    await auth.refresh().catch(() => {});
    const [known, error] = outcomes[row.means];

    expect(auth.getState()).toMatchObject(known);
    const failed = events.find(({ name }) => name === 'refresh-failed');
    if (error) expect(failed?.detail).toMatchObject({ error });
    else expect(failed).toBeUndefined();
    expect(server.refreshCalls).toBe(1);
  });

  it.each(rows)('a visitor, after %s', async (_, row) => {
    const auth = openTab(optionsFor(row));
    server.answerRefresh = () => answerOf(row);
    await restore(auth).catch(() => {});

    expect(auth.getState()).toMatchObject(outcomes[row.means][2]);
  });
});
