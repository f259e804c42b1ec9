/** P7: two apps of one origin, each with an auth server or a client id of its own, get none of each other's tokens. */

import { HttpResponse, http } from 'msw';
import { bodyRefresh } from 'silent-refresh';
import { expect, it, onTestFinished, vi } from 'vitest';
import { jwt } from '../../world/auth-server.ts';
import { pass, passUntil, stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { stubStorage } from '../../world/storage.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';
import { gate } from '../../world/waiting.ts';

it('apps of one origin with two token endpoints share no token', async () => {
  stopClocks();
  const iat = Math.floor(Date.now() / 1_000);
  const calls = { a: 0, b: 0 };
  const seen: string[] = [];
  for (const app of ['a', 'b'] as const) {
    network.use(
      http.post(`https://auth-${app}.test/refresh`, () => {
        calls[app]++;
        return HttpResponse.json({ access_token: jwt({ sub: 'ada', app, iat, exp: iat + 300 }), expires_in: 300 });
      }),
      http.get(`https://api-${app}.test/*`, ({ request }) => {
        const payload = request.headers.get('authorization')?.split('.')[1] ?? '';
        seen.push(`${app} got a token of ${JSON.parse(Buffer.from(payload, 'base64url').toString()).app}`);
        return new HttpResponse('{}');
      }),
    );
  }
  const name = newBrowser();
  const [a, b] = (['a', 'b'] as const).map((app) =>
    openTab({
      name,
      refresh: `https://auth-${app}.test/refresh`,
      signOut: undefined,
      allowedOrigins: [`https://api-${app}.test`],
    }),
  );
  for (let turn = 0; turn < 5; turn++) {
    await passUntil(a?.fetch(`https://api-a.test/${turn}`) ?? raise(), 10);
    await passUntil(b?.fetch(`https://api-b.test/${turn}`) ?? raise(), 10);
  }

  expect(new Set(seen)).toEqual(new Set(['a got a token of a', 'b got a token of b']));
  expect(calls).toEqual({ a: 1, b: 1 });
});

it('apps of one token endpoint with two client ids share no token, and take turns', async () => {
  stopClocks();
  stubStorage();
  onTestFinished(() => void vi.unstubAllGlobals());
  const name = newBrowser();
  const presented: string[] = [];
  const answer = gate();
  const appOf = (clientId: string) =>
    openTab({
      name,
      refresh: bodyRefresh({ url: 'https://id.test/token', clientId }),
      signOut: undefined,
      fetch: async (_, init) => {
        const fields = new URLSearchParams(String(init?.body));
        presented.push(`${fields.get('client_id')}: ${fields.get('refresh_token')}`);
        await answer.opened;
        return Response.json({ access_token: `${clientId}-2`, refresh_token: `${clientId}-r2`, expires_in: 300 });
      },
    });
  const [admin, shop] = [appOf('admin'), appOf('shop')];
  await admin.setSession({ access_token: 'admin-1', refresh_token: 'admin-r1', expires_in: 300 });
  expect(await passUntil(shop.restore(), 10)).toEqual({ status: 'signed-out', reason: 'no-session' });

  await shop.setSession({ access_token: 'shop-1', refresh_token: 'shop-r1', expires_in: 300 });
  const refreshed = [admin.refresh(), shop.refresh()];
  await pass(100, 10);
  expect(presented).toEqual(['admin: admin-r1']);
  answer.open();
  await passUntil(Promise.all(refreshed), 10);
  expect(presented).toEqual(['admin: admin-r1', 'shop: shop-r1']);
  expect(await admin.getAccessToken()).toBe('admin-2');
});

function raise(): never {
  throw new Error('There is no such tab.');
}
