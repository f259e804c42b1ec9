/** P11 in real tabs: what is sent again is what was sent, byte for byte, whatever it was. */

import { createHash } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { adasTab, setBareStage } from '../bare-stage.ts';
import type { Tab } from '../engines/engine.ts';
import { watchGrowth } from '../page-memory.ts';

declare global {
  interface Window {
    file: Blob;
  }
}

const stage = setBareStage();

const MEGABYTE = 1_000_000;

/** What the server says that it got, after a 401. */
interface Arrived {
  readonly size: number;
  readonly sha256: string;
  readonly type: string | null;
}

/** Ada's tab, whose access token the API refuses. */
async function refusedTab(): Promise<Tab> {
  const tab = await adasTab(stage);
  stage.server.expire();
  return tab;
}

const sha256 = (...chunks: (string | Uint8Array)[]) => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
};

describe('after a 401', () => {
  const text = 'grüße, 世界';

  it.each<[string, () => Promise<Arrived>, string, string | null]>([
    [
      'a string',
      () => window.demo.auth.fetch('/api/digest', { method: 'POST', body: 'grüße, 世界' }).then((r) => r.json()),
      text,
      'text/plain;charset=UTF-8',
    ],
    [
      'JSON',
      () =>
        window.demo.auth
          .fetch('/api/digest', {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ a: ['grüße, 世界'] }),
          })
          .then((r) => r.json()),
      JSON.stringify({ a: [text] }),
      'application/json',
    ],
    [
      'an ArrayBuffer',
      () =>
        window.demo.auth
          .fetch('/api/digest', { method: 'POST', body: new TextEncoder().encode('grüße, 世界').buffer })
          .then((r) => r.json()),
      text,
      null,
    ],
    [
      'URLSearchParams',
      () =>
        window.demo.auth
          .fetch('/api/digest', { method: 'POST', body: new URLSearchParams({ q: 'a b&c' }) })
          .then((r) => r.json()),
      'q=a+b%26c',
      'application/x-www-form-urlencoded;charset=UTF-8',
    ],
    [
      'a Blob',
      () =>
        window.demo.auth
          .fetch('/api/digest', { method: 'POST', body: new Blob(['grüße, 世界'], { type: 'text/x-test' }) })
          .then((r) => r.json()),
      text,
      'text/x-test',
    ],
    [
      'a Request',
      () =>
        window.demo.auth
          .fetch(new Request('/api/digest', { method: 'POST', body: 'grüße, 世界' }))
          .then((r) => r.json()),
      text,
      'text/plain;charset=UTF-8',
    ],
    [
      'a string that outlives its page',
      () =>
        window.demo.auth
          .fetch('/api/digest', { method: 'POST', body: 'x'.repeat(40_000), keepalive: true })
          .then((r) => r.json()),
      'x'.repeat(40_000),
      'text/plain;charset=UTF-8',
    ],
    [
      'a string by ky',
      () => window.demo.api.post('digest', { body: 'grüße, 世界' }).json<Arrived>(),
      text,
      'text/plain;charset=UTF-8',
    ],
    [
      'JSON by ky',
      () => window.demo.api.post('digest', { json: { a: 1 } }).json<Arrived>(),
      '{"a":1}',
      'application/json',
    ],
  ])('after a 401, %s arrives as it was', async (_, upload, expected, type) => {
    const tab = await refusedTab();
    const arrived = await tab.run(upload);
    expect(arrived).toMatchObject({ sha256: sha256(expected) });
    expect(arrived.type?.toLowerCase() ?? null).toBe(type?.toLowerCase() ?? null);
    expect(stage.server.stats()).toMatchObject({ unauthorized: 1, rotations: 1 });
  });

  it('after a 401, FormData with a file arrives as it was', async () => {
    const tab = await refusedTab();
    const received = await tab.run(async () => {
      const form = new FormData();
      form.append('field', 'grüße');
      form.append('file', new File([new Uint8Array([0, 255, 13, 10, 0])], 'ä.bin', { type: 'application/x-test' }));
      const response = await window.demo.auth.fetch('/api/echo', { method: 'POST', body: form });
      const back = await response.formData();
      const file = back.get('file') as File;
      return [back.get('field'), file.name, file.type, [...new Uint8Array(await file.arrayBuffer())]];
    });
    expect(received).toEqual(['grüße', 'ä.bin', 'application/x-test', [0, 255, 13, 10, 0]]);
    expect(stage.server.stats().unauthorized).toBe(1);
  });

  // Chromium sends streams over HTTP/2 alone, which takes https, and WebKitGTK none: they refuse it before any 401.
  const refusal = { chromium: 'TypeError', firefox: 'BodyNotReplayableError', webkit: 'NotSupportedError' };

  it('a stream can’t be sent again, and an error says so', async () => {
    const tab = await refusedTab();
    const outcome = await tab.run(async () => {
      const { auth } = window.demo;
      const init = { method: 'POST', body: new Response('once').body, duplex: 'half' } as RequestInit;
      const name = await auth.fetch('/api/digest', init).then(String, (error) => error.name as string);
      return [name, (await auth.fetch('/api/me')).status];
    });
    expect(outcome).toEqual([refusal[inject('engine')], 200]);
  });
});

describe('an upload of 200 MB', () => {
  const COUNT = 200;
  /** One megabyte that isn't all the same, as the page makes it, too. */
  const chunk = Uint8Array.from({ length: MEGABYTE }, (_, index) => (index * 31) % 251);
  const chunks = Array.from({ length: COUNT }, () => chunk);

  const makeFile = (tab: Tab) =>
    tab.run((count) => {
      const chunk = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 31) % 251);
      window.file = new Blob(Array.from({ length: count }, () => chunk));
    }, COUNT);

  /** How the page sends it: in a form or as it is; with plain fetch the token is put in by hand. */
  const upload = (tab: Tab, door: 'plain' | 'fetch' | 'ky', as: 'Blob' | 'FormData'): Promise<Arrived> =>
    tab.run(
      async ({ door, as }) => {
        const { auth, api } = window.demo;
        const form = new FormData();
        form.append('file', window.file, 'file.bin');
        const body = as === 'Blob' ? window.file : form;
        if (door === 'ky') return api.post('digest', { body, timeout: false }).json<Arrived>();
        const init = { method: 'POST', body };
        if (door === 'fetch') return (await auth.fetch('/api/digest', init)).json() as Promise<Arrived>;
        const headers = { Authorization: `Bearer ${await auth.getAccessToken()}` };
        return (await fetch('/api/digest', { ...init, headers })).json() as Promise<Arrived>;
      },
      { door, as },
    );

  /** What the file is on its way: in a form, between the form's boundaries. */
  function expected({ type }: Arrived, as: 'Blob' | 'FormData'): string {
    if (as === 'Blob') return sha256(...chunks);
    const boundary = type?.split('boundary=')[1];
    const head = 'Content-Disposition: form-data; name="file"; filename="file.bin"\r\n';
    return sha256(
      `--${boundary}\r\n${head}Content-Type: application/octet-stream\r\n\r\n`,
      ...chunks,
      `\r\n--${boundary}--\r\n`,
    );
  }

  const cases = (['fetch', 'ky'] as const).flatMap((door) =>
    (['Blob', 'FormData'] as const).map((as) => ({ door, as })),
  );

  it.each(cases)('200 MB by $door as $as take no extra memory', async ({ door, as }) => {
    const tab = await adasTab(stage);
    await makeFile(tab);
    const plain = await watchGrowth(() => upload(tab, 'plain', as));
    stage.server.expire();
    const { result, megabytes } = await watchGrowth(() => upload(tab, door, as));
    expect(result.size).toBeGreaterThanOrEqual(COUNT * MEGABYTE);
    expect(result.sha256).toBe(expected(result, as));
    expect(stage.server.stats()).toMatchObject({ unauthorized: 1, rotations: 1 });
    stage.report(
      `${as} by ${door}: the page grew by ${Math.round(megabytes)} MB, by plain fetch ${Math.round(plain.megabytes)}`,
    );
    // WebKitGTK reads the body of a `Request`, which ky sends, into the page's memory at times; with plain fetch, too.
    if (inject('engine') === 'webkit' && door === 'ky') return;
    expect(megabytes).toBeLessThan(plain.megabytes + 20);

    // A copy of half of it would show.
    const copying = await watchGrowth(() =>
      tab.run(async () => {
        const copy = await window.file.slice(0, 100_000_000).arrayBuffer();
        return Object.assign(window, { copy }).copy.byteLength;
      }),
    );
    expect(copying.megabytes).toBeGreaterThan(60);
  });
});
