/** P7: two apps of one origin, each with an auth server of its own, get none of each other's tokens. */

import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { jwt } from '../../world/auth-server.ts';
import { passUntil, stopClocks } from '../../world/clocks.ts';
import { network } from '../../world/network.ts';
import { newBrowser, openTab } from '../../world/tabs.ts';

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

function raise(): never {
  throw new Error('There is no such tab.');
}
