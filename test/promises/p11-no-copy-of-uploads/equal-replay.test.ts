/** P11: what is sent again is what was sent, byte for byte, without a copy of it. */

import { describe, expect, it } from 'vitest';
import { expired, signedIn } from '../../given/ada.ts';
import { outliveToken } from '../../given/expired-token.ts';
import { textOf } from '../../given/received.ts';
import { times } from '../../given/times.ts';
import { API } from '../../world/auth-server.ts';
import { setBase, show } from '../../world/page.ts';
import { plainly } from '../../world/plainly.ts';

/** With names of their own, as classes of one's own may have them. */
class Picture extends Blob {
  get [Symbol.toStringTag]() {
    return 'Picture';
  }
}
class Letter extends FormData {
  get [Symbol.toStringTag]() {
    return 'Letter';
  }
}
class Query extends URLSearchParams {
  get [Symbol.toStringTag]() {
    return 'Query';
  }
}
const page = () => Object.defineProperty(new ArrayBuffer(64), Symbol.toStringTag, { value: 'Page' });

/** It names a URL, as fetch takes it, and only looks like a Request. */
class Address {
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }
  clone = () => new Address(this.url);
  toString = () => this.url;
}

describe('the replay is equal, byte for byte', () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256);
  const form = (data = new FormData()) => {
    data.append('title', 'Grüße');
    data.append('file', new File([bytes], 'scan "1".bin', { type: 'application/octet-stream' }));
    data.append('file', new File(['second'], 'b.txt', { type: 'text/plain' }));
    return data;
  };
  const json = JSON.stringify({ name: 'Grüße', lines: [1, 2] });
  const upload = `${API}/upload?a=1&b=%2F`;
  const cases: { kind: string; make: () => [RequestInfo | URL, RequestInit?] }[] = [
    { kind: 'a string', make: () => [upload, { method: 'POST', body: 'Grüße' }] },
    {
      kind: 'JSON with headers of one’s own',
      make: () => [
        upload,
        { method: 'PATCH', body: json, headers: { 'content-type': 'application/json', 'x-id': '7' } },
      ],
    },
    { kind: 'a form with files', make: () => [new URL(upload), { method: 'POST', body: form() }] },
    { kind: 'a Blob', make: () => [upload, { method: 'PUT', body: new Blob([bytes], { type: 'image/png' }) }] },
    { kind: 'a Blob of a class of one’s own', make: () => [upload, { method: 'PUT', body: new Picture([bytes]) }] },
    { kind: 'an ArrayBuffer', make: () => [upload, { method: 'PUT', body: bytes.slice().buffer }] },
    { kind: 'part of a typed array', make: () => [upload, { method: 'PUT', body: bytes.subarray(100, 300) }] },
    {
      kind: 'URLSearchParams',
      make: () => [upload, { method: 'POST', body: new URLSearchParams({ q: 'ä b', r: '&' }) }],
    },
    { kind: 'an address with a clone()', make: () => [new Address(upload) as never, { method: 'PUT', body: 'x' }] },
    { kind: 'a form of a class of one’s own', make: () => [upload, { method: 'POST', body: form(new Letter()) }] },
    {
      kind: 'URLSearchParams of a class of one’s own',
      make: () => [upload, { method: 'POST', body: new Query({ q: 'ä b', r: '&' }) }],
    },
    { kind: 'an ArrayBuffer with a name of one’s own', make: () => [upload, { method: 'PUT', body: page() }] },
    { kind: 'no body', make: () => [upload, { method: 'DELETE', headers: [['x-id', '7']] }] },
    {
      kind: 'a lower-case method',
      make: () => [upload, { method: 'put', body: 'x', headers: new Headers({ a: 'b' }) }],
    },
    {
      kind: 'a Request with JSON',
      make: () => [new Request(upload, { method: 'PUT', body: json, headers: { 'content-type': 'application/json' } })],
    },
    { kind: 'a Request with a form', make: () => [new Request(upload, { method: 'POST', body: form() })] },
    {
      kind: 'a Request with a Blob',
      make: () => [new Request(upload, { method: 'POST', body: new Blob([bytes], { type: 'image/png' }) })],
    },
    {
      kind: 'a Request with a stream',
      make: () => [
        new Request(upload, { method: 'POST', body: new Blob([bytes]).stream(), duplex: 'half' } as RequestInit),
      ],
    },
    {
      kind: 'a Request and a body in init',
      make: () => [new Request(upload, { method: 'POST', body: 'old', headers: { 'x-id': '7' } }), { body: 'new' }],
    },
    {
      kind: 'a Request and headers in init',
      make: () => [
        new Request(upload, { method: 'POST', body: json, headers: { 'x-old': '7' } }),
        { headers: { 'x-new': '8' } },
      ],
    },
    {
      kind: 'a Request and a method in init',
      make: () => [new Request(upload, { headers: { a: 'b' } }), { method: 'PUT' }],
    },
    {
      kind: 'a URL and a Request as init',
      make: () => [upload, new Request(`${API}/other`, { method: 'POST', body: json, headers: { 'x-id': '7' } })],
    },
  ];

  it.for(cases)('the replay equals the first request, byte for byte: $kind', async ({ make }) => {
    const { server, auth } = await expired();
    await fetch(...make());

    expect((await auth.fetch(...make())).status).toBe(200);

    const [plain, first, replay] = server.apiRequests.map(plainly);
    expect(first).toEqual(plain);
    expect(replay).toEqual(plain);
    expect(server.apiRequests.map(({ authorization }) => typeof authorization)).toEqual(['object', 'string', 'string']);
    expect(server.apiRequests).toHaveLength(3);
  });

  it('a relative URL means the same address in the replay', async () => {
    const { server, auth } = await expired();
    setBase('https://app.test/api/shop/');
    const held = server.holdRefresh();
    const request = auth.fetch('orders?a=1');
    await held.arrived;
    setBase('https://app.test/elsewhere/');
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ url }) => url)).toEqual(times(2, () => 'https://app.test/api/shop/orders?a=1'));
  });

  it('a request that waits before it is sent keeps its address', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    show('hidden');
    outliveToken();
    setBase('https://app.test/api/shop/');
    const held = server.holdRefresh();
    const request = auth.fetch('orders');
    await held.arrived;
    setBase('https://app.test/elsewhere/');
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ url }) => url)).toEqual(['https://app.test/api/shop/orders']);
  });

  it('what the caller changes while the request waits isn’t sent', async () => {
    const { server, auth } = await expired();
    const body = form();
    const headers = new Headers({ 'x-id': '7' });
    const init = { method: 'POST', body, headers };
    const held = server.holdRefresh();
    const request = auth.fetch(upload, init);
    await held.arrived;
    body.set('title', 'changed');
    body.delete('file');
    headers.set('x-id', '8');
    init.method = 'PUT';
    held.release();
    await request;

    const [first, replay] = server.apiRequests.map(plainly);
    expect(replay).toEqual(first);
    expect(first?.body).toContain('second');
  });

  it('a Request can be given again after its replay', async () => {
    const { server, auth } = await expired();
    const request = new Request(upload, { method: 'POST', body: json });

    await auth.fetch(request);
    await auth.fetch(request);

    expect(server.apiRequests.map(textOf)).toEqual([json, json, json]);
  });
});
