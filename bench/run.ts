/** `npm run bench`: what waiting costs, measured in a real Chromium on the built package; the network is out of the way. */

import { chromium, type Page } from 'playwright-core';
import { createDemoServer } from '../demo/server/app.ts';
import { requireBrowser } from '../test/browser/engines/browsers.ts';

const server = await createDemoServer();
const browser = await chromium.launch({
  executablePath: requireBrowser('chromium'),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

declare global {
  interface Window {
    /** When the token endpoint was called last, by the page's monotonic clock. */
    calledAt: number;
  }
}

/** A page whose fetch answers at once: API requests by their token, refreshes with a new one. */
async function openPage(): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.url}/blank`);
  await page.evaluate(() => {
    let serial = 0;
    window.fetch = async (input, init) => {
      if (String(input).endsWith('/auth/refresh')) {
        window.calledAt = performance.now();
        return Response.json({ access_token: `token-${++serial}`, expires_in: 3_600 });
      }
      const fresh = new Headers(init?.headers).get('authorization') === `Bearer token-${serial}`;
      return new Response(null, { status: fresh ? 200 : 401 });
    };
  });
  return page;
}

const importClient = (page: Page) => page.evaluate("import('/client.js')");

const percentile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

function report(what: string, values: number[]): void {
  const [median, late, most] = [0.5, 0.99, 1].map((share) => percentile(values, share).toFixed(1));
  console.log(`${what}: median ${median} ms, p99 ${late} ms, most ${most} ms (${values.length} times)`);
}

const fromScratch: number[] = [];
for (let round = 0; round < 20; round++) {
  const page = await openPage();
  await importClient(page);
  fromScratch.push(
    await page.evaluate(async () => {
      const start = performance.now();
      await window.demo.auth.restore();
      return window.calledAt - start;
    }),
  );
  await page.context().close();
}
report('A new tab without peers asks the server after', fromScratch);

const page = await openPage();
await importClient(page);
const loneTab = await page.evaluate(async () => {
  await window.demo.auth.restore();
  const delays: number[] = [];
  for (let round = 0; round < 300; round++) {
    const start = performance.now();
    await window.demo.auth.refresh();
    delays.push(window.calledAt - start);
  }
  return delays;
});
report('In a lone tab a refresh starts after', loneTab);

const goodToken = await page.evaluate(async () => {
  await window.demo.auth.restore();
  const rounds: number[] = [];
  for (let round = 0; round < 30; round++) {
    const plain = performance.now();
    for (let call = 0; call < 2_000; call++) await window.fetch('/api/me', { headers: { authorization: 'Bearer x' } });
    const ours = performance.now();
    for (let call = 0; call < 2_000; call++) await window.demo.auth.fetch('/api/me');
    // Microseconds that a request costs more by the client than by the page's own fetch.
    rounds.push((performance.now() - ours - (ours - plain)) / 2);
  }
  return rounds;
});
console.log(
  `A request with a good token costs ${percentile(goodToken, 0.5).toFixed(1)} µs (median of 30 rounds of 2000)`,
);

for (const count of [1_000, 10_000, 100_000]) {
  const { ms, refreshes, answered } = await page.evaluate(async (count) => {
    // The tokens of before are refused from here on.
    const token = await window.demo.auth.getAccessToken();
    const answer = window.fetch;
    let refreshes = 0;
    window.fetch = async (input, init) => {
      if (String(input).endsWith('/auth/refresh')) refreshes++;
      else if (new Headers(init?.headers).get('authorization') === `Bearer ${token}`)
        return new Response(null, { status: 401 });
      return answer(input, init);
    };
    const start = performance.now();
    const responses = await Promise.all(Array.from({ length: count }, () => window.demo.auth.fetch('/api/me')));
    const ms = performance.now() - start;
    window.fetch = answer;
    return { ms, refreshes, answered: responses.filter(({ ok }) => ok).length };
  }, count);
  const each = ((ms / count) * 1_000).toFixed(0);
  console.log(`${count} requests with a 401 each: ${refreshes} refresh, ${answered} answered, ${each} µs per request`);
}

await browser.close();
await server.close();
