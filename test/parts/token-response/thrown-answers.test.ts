/** A refresh function whose HTTP library throws on 4xx and 5xx: the answer that it throws counts as if it had been given. */

import { beforeEach, describe, expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { json, LEAK, SECRET } from '../../given/secret-answers.ts';
import { type AuthServer, startAuthServer } from '../../world/auth-server.ts';
import { stopClocks } from '../../world/clocks.ts';
import { tracesOf } from '../../world/traces.ts';

let server: AuthServer;
beforeEach(() => {
  stopClocks();
  server = startAuthServer();
});

/** What Ada's tab is told of a refresh that throws this. */
async function refreshThatThrows(thrown: object) {
  const refresh = async () => {
    throw Object.assign(new Error(SECRET), thrown);
  };
  return failureOf((await adasTab(server, { refresh })).refresh());
}

const outage = { error: 'temporarily_unavailable', error_description: SECRET };
const over = { code: 'session-expired' };
const kept = { code: 'refresh-unavailable' };

describe('answers that are thrown', () => {
  it.each<[string, object, object]>([
    ['axios, an outage', { response: { status: 400, headers: {}, data: outage } }, kept],
    ['axios, an outage as text', { response: { status: 400, headers: {}, data: JSON.stringify(outage) } }, kept],
    ['axios, the end', { response: { status: 500, headers: {}, data: { error: 'invalid_grant' } } }, over],
    ['axios, without a body', { response: { status: 401, headers: {} } }, over],
    ['ky, its body read', { response: { status: 400, headers: {}, bodyUsed: true }, data: outage }, kept],
    ['a Response, its body unread', { response: json(outage, { status: 400 }) }, kept],
    ['a Response, the end', { response: json({ error: 'invalid_grant' }, { status: 500 }) }, over],
  ])('%s', async (_, thrown, expected) => {
    const error = await refreshThatThrows(thrown);
    expect(error).toMatchObject(expected);
    expect(tracesOf(LEAK, error)).toEqual([]);
  });
});
