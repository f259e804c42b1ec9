/** P11: no copy of an upload is made just in case. */

import { describe, expect, it, vi } from 'vitest';
import { API, startAuthServer } from '../../world/auth-server.ts';
import { refusal } from '../../world/refusal.ts';
import { openTab } from '../../world/tabs.ts';

describe('no copy of an upload is made just in case', () => {
  const bodies: { kind: string; body: () => BodyInit }[] = [
    { kind: 'a Blob', body: () => new Blob(['x'.repeat(1_000)]) },
    { kind: 'a stream', body: () => new ReadableStream({}, { highWaterMark: 0 }) },
  ];

  it.for(bodies)('nothing reads or copies $kind before a 401', async ({ body: make }) => {
    const server = startAuthServer();
    const sent: unknown[] = [];
    const fetch = async (_: RequestInfo | URL, init?: RequestInit) => {
      sent.push(init?.body);
      return new Response('{}');
    };
    const auth = openTab({ fetch });
    await auth.setSession(server.signIn('ada'));
    const body = make();
    const reads = [vi.spyOn(Blob.prototype, 'stream'), vi.spyOn(Blob.prototype, 'arrayBuffer')];
    const copies = [vi.spyOn(Blob.prototype, 'slice'), vi.spyOn(ReadableStream.prototype, 'tee')];

    await auth.fetch(`${API}/upload`, { method: 'PUT', body });

    expect(sent[0]).toBe(body);
    for (const spy of [...reads, ...copies]) expect(spy).not.toHaveBeenCalled();
  });

  it.for([
    { kind: 'an ArrayBuffer', body: () => new ArrayBuffer(1_000) },
    { kind: 'a typed array', body: () => new Uint8Array(2_000).subarray(1_000) },
  ])('bytes in $kind are copied once, for both sends', async ({ body }) => {
    const server = startAuthServer();
    const sent: unknown[] = [];
    const auth = openTab({
      fetch: async (input, init) => {
        if (!String(input).startsWith(API)) return globalThis.fetch(input, init);
        sent.push(init?.body);
        return sent.length % 2 ? refusal() : new Response('{}');
      },
    });
    await auth.setSession(server.signIn('ada'));
    const reads = vi.spyOn(Blob.prototype, 'stream');

    await auth.fetch(`${API}/upload`, { method: 'PUT', body: body() });

    // A Blob that holds the bytes once: sending it copies nothing.
    expect(sent[0]).toBeInstanceOf(Blob);
    expect(sent[0]).toHaveProperty('size', 1_000);
    expect(sent[1]).toBe(sent[0]);
    expect(reads).not.toHaveBeenCalled();
  });

  it('the very same Blob or file is sent after a 401', async () => {
    const server = startAuthServer();
    const sent: (BodyInit | null | undefined)[] = [];
    const auth = openTab({
      fetch: async (input, init) => {
        if (!String(input).startsWith(API)) return globalThis.fetch(input, init);
        sent.push(init?.body);
        return sent.length % 2 ? refusal() : new Response('{}');
      },
    });
    await auth.setSession(server.signIn('ada'));
    const file = new File(['a scan'], 'scan.pdf');
    const form = new FormData();
    form.append('scan', file);
    const reads = vi.spyOn(Blob.prototype, 'stream');

    await auth.fetch(`${API}/upload`, { method: 'PUT', body: file });
    await auth.fetch(`${API}/upload`, { method: 'PUT', body: form });

    expect(sent.slice(0, 2)).toEqual([file, file]);
    expect(sent.slice(2).map((body) => body instanceof FormData && body.get('scan'))).toEqual([file, file]);
    expect(sent[1]).toBe(file);
    expect(reads).not.toHaveBeenCalled();
  });
});
