/** docs/clients/graphql.md, run as it stands there: which answers ask for a refresh, and which are the caller's. */

import { describe, expect, it, vi } from 'vitest';
import { tabOfPage } from '../given/any-client.ts';
import { unauthenticated } from '../given/graphql-api.ts';
import { startAuthServer } from '../world/auth-server.ts';

const ENDPOINT = 'https://app.test/graphql';
const ok = { data: { order: { id: 1 } } };
const refused = { data: { order: null }, errors: [unauthenticated] };

/** The status of what the page's client makes of such answers, first one and then the next; and how often it asked. */
async function ask(answers: Response[], url = ENDPOINT) {
  const server = startAuthServer();
  const auth = await tabOfPage('graphql');
  await auth.signIn(server.login('ada'));
  server.answerApi = () => answers.shift();
  const response = await auth.fetch(url, { method: 'POST', body: '{}' });
  return { response, sent: server.apiRequests.length, refreshes: server.refreshCalls };
}

const json = (body: unknown, type = 'application/json') =>
  new Response(JSON.stringify(body), { headers: { 'Content-Type': type } });

describe('UNAUTHENTICATED in a 200 asks for a refresh', () => {
  it.each<[string, Response]>([
    ['without data', json({ data: null, errors: [unauthenticated] })],
    ['with the data left out', json({ errors: [unauthenticated] })],
    ['with nothing in any field', json({ data: { order: null, me: null }, errors: [unauthenticated] })],
    ['as application/graphql-response+json', json(refused, 'application/graphql-response+json; charset=utf-8')],
    ['in a batch', json([refused, refused])],
    ['as a 401', new Response('{}', { status: 401, headers: { 'Content-Type': 'application/json' } })],
  ])('%s', async (_, refusal) => {
    const { response, sent, refreshes } = await ask([refusal, json(ok)]);
    expect({ sent, refreshes, answer: await response.json() }).toEqual({ sent: 2, refreshes: 1, answer: ok });
  });
});

describe('what may have been done is not done again', () => {
  it.each<[string, unknown]>([
    ['a mutation of which one field succeeded', { data: { pay: { id: 1 }, ship: null }, errors: [unauthenticated] }],
    ['a batch of which one operation succeeded', [refused, ok]],
    ['another error', { data: null, errors: [{ message: 'No', extensions: { code: 'FORBIDDEN' } }] }],
    ['an error without a code', { data: null, errors: [{ message: 'No' }] }],
    ['an empty batch', []],
    ['no object', null],
  ])('%s', async (_, body) => {
    const { response, sent, refreshes } = await ask([json(body)]);
    expect({ sent, refreshes, answer: await response.json() }).toEqual({ sent: 1, refreshes: 0, answer: body });
  });

  it('JSON that is none', async () => {
    const { response, sent } = await ask([new Response('<', { headers: { 'Content-Type': 'application/json' } })]);
    expect([sent, await response.text()]).toEqual([1, '<']);
  });

  it('an answer of another path', async () => {
    const { sent } = await ask([json(refused)], 'https://app.test/api/orders');
    expect(sent).toBe(1);
  });
});

describe('an answer that goes on is not waited for', () => {
  it.each(['multipart/mixed; boundary="graphql"; subscriptionSpec=1.0', 'text/event-stream'])('%s', async (type) => {
    const server = startAuthServer();
    const auth = await tabOfPage('graphql');
    await auth.signIn(server.login('ada'));
    const endless = new Response(new ReadableStream(), { headers: { 'Content-Type': type } });
    const send = vi.spyOn(globalThis, 'fetch').mockResolvedValue(endless);

    expect(await auth.fetch(ENDPOINT, { method: 'POST', body: '{}' })).toBe(endless);

    expect([endless.bodyUsed, endless.body?.locked]).toEqual([false, false]);
    expect(send).toHaveBeenCalledTimes(1);
  });
});
