/** P11 in real tabs: as with plain fetch, what the caller changes after the call changes nothing, however late it is sent. */

import { describe, expect, it } from 'vitest';
import { adasTab, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { HOUR, jumpWallClock } from '../given.ts';

const stage = setBareStage();

const situations: [string, (tab: Tab) => unknown][] = [
  ['sent at once', () => {}],
  ['sent again after a 401', () => stage.server.expire()],
  [
    'sent once there is a new token',
    async (tab) => {
      stage.server.expire();
      await jumpWallClock(tab, HOUR);
    },
  ],
];

/** What a page does, and what the server must say that it got. */
const changes: [string, () => Promise<unknown>, unknown][] = [
  [
    'URLSearchParams changed between calls arrive as at each call',
    () => {
      const body = new URLSearchParams();
      const calls = ['1', '2', '3'].map((id) => {
        body.set('id', id);
        return window.demo.auth.fetch(`/api/echo?${id}`, { method: 'POST', body }).then((answer) => answer.text());
      });
      return Promise.all(calls);
    },
    ['id=1', 'id=2', 'id=3'],
  ],
  [
    'an ArrayBuffer transferred to a worker after the call arrives whole',
    async () => {
      const body = new Uint8Array(1_000).fill(65).buffer;
      const worker = new Worker('/worker.js');
      const call = window.demo.auth.fetch('/api/echo', { method: 'POST', body });
      worker.postMessage(body, [body]);
      const arrived = await call.then((answer) => answer.text());
      worker.terminate();
      return [body.byteLength, arrived];
    },
    [0, 'A'.repeat(1_000)],
  ],
  [
    'bytes overwritten after the call arrive as they were',
    () => {
      const body = new Uint8Array(1_000).fill(65).subarray(10, 20);
      const call = window.demo.auth.fetch('/api/echo', { method: 'POST', body });
      body.fill(66);
      return call.then((answer) => answer.text());
    },
    'A'.repeat(10),
  ],
  [
    'a form changed after the call arrives as it was',
    async () => {
      const body = new FormData();
      body.set('id', '1');
      body.set('file', new File(['first'], 'first.txt'));
      const call = window.demo.auth.fetch('/api/echo', { method: 'POST', body });
      body.set('id', '2');
      body.append('file', new File(['second'], 'second.txt'));
      const arrived = await call.then((answer) => answer.formData());
      return [...arrived].map(([name, value]) => [name, typeof value === 'string' ? value : value.name]);
    },
    [
      ['id', '1'],
      ['file', 'first.txt'],
    ],
  ],
  [
    'options changed for the next call leave this one alone',
    () => {
      const headers = new Headers({ 'X-Mark': 'first' });
      const options: RequestInit = { method: 'POST', headers, body: 'first' };
      const call = window.demo.auth.fetch('/api/echo', options);
      headers.set('X-Mark', 'second');
      options.method = 'PUT';
      options.body = 'second';
      return call.then(async (answer) => [
        answer.headers.get('X-Echo-Method'),
        JSON.parse(answer.headers.get('X-Echo-Headers') ?? '')['x-mark'],
        await answer.text(),
      ]);
    },
    ['POST', 'first', 'first'],
  ],
  [
    'a Request’s headers changed after the call arrive as they were',
    () => {
      const request = new Request('/api/echo', { method: 'POST', headers: { 'X-Mark': 'first' }, body: 'first' });
      const call = window.demo.auth.fetch(request);
      request.headers.set('X-Mark', 'second');
      return call.then(async (answer) => [
        JSON.parse(answer.headers.get('X-Echo-Headers') ?? '')['x-mark'],
        await answer.text(),
      ]);
    },
    ['first', 'first'],
  ],
  [
    'a relative URL means what it meant at the call',
    () => {
      const call = window.demo.auth.fetch('api/echo', { method: 'POST', body: 'first' });
      history.pushState(null, '', '/elsewhere/deep');
      return call.then((answer) => answer.text());
    },
    'first',
  ],
];

describe.each(situations)('a request that is %s', (_, prepare) => {
  it.each(changes)('%s', async (_, act, expected) => {
    // The strict policy lets no page make a worker.
    const tab = await adasTab(stage, { page: 'open' });
    await prepare(tab);
    expect(await tab.run(act)).toEqual(expected);
  });
});
