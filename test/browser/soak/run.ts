/**
 * `npm run test:soak`: ten minutes of random faults on each engine, tabs opened and killed, users switched; then a look at
 * what must have held all along. `-- --engine firefox --minutes 2 --seed 42` narrows it, or plays the same plan again.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDemoServer } from '../../../demo/server/app.ts';
import { DEFAULT_SETTINGS } from '../../../demo/server/settings.ts';
import { requireBrowser } from '../engines/browsers.ts';
import type { EngineName } from '../engines/engine.ts';
import { START } from '../engines/start.ts';
import { testPages } from '../pages.ts';
import { createJudge } from './judge.ts';
import { type Act, plan } from './plan.ts';
import { createTabs } from './tabs.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true, default: ['chromium', 'firefox', 'webkit'] },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);

for (const name of values.engine as EngineName[]) {
  const broken = await soak(name);
  for (const line of broken) console.error(`  ✗ ${line}`);
  if (broken.length > 0) process.exitCode = 1;
}

async function soak(name: EngineName): Promise<string[]> {
  const engine = await START[name](requireBrowser(name));
  const server = await createDemoServer({ routes: testPages() });
  const judge = createJudge(server);
  const tabs = createTabs(engine, server, judge.told);
  const counts = new Map<string, number>();
  console.log(`${engine.version}: ${minutes} minutes by seed ${seed} …`);

  const end = Date.now() + minutes * 60_000;
  let healing: Promise<unknown> = Promise.resolve();
  let steps = 0;
  for (const { pause, act } of plan(seed)) {
    if (Date.now() > end) break;
    await sleep(pause);
    steps++;
    let done: Act['kind'] | undefined = act.kind;
    if (act.kind === 'revoke') server.revoke(act.user);
    else if (act.kind === 'pace') Object.assign(server.settings, act.pace);
    else if (act.kind === 'fault') {
      Object.assign(server.settings, act.fault);
      const { fault, retryAfter, dropAfterRotation } = DEFAULT_SETTINGS;
      healing = sleep(act.ms).then(() => Object.assign(server.settings, { fault, retryAfter, dropAfterRotation }));
    } else done = await tabs.act(act);
    if (done) counts.set(done, (counts.get(done) ?? 0) + 1);
    judge.read();
  }
  await healing;
  Object.assign(server.settings, DEFAULT_SETTINGS);

  const broken = [...(await tabs.settle()), ...judge.broken()];
  const { refreshCalls, rotations, logins } = server.stats();
  const faults = [...counts].map(([kind, count]) => `${count} × ${kind}`).join(', ');
  console.log(
    `  ${steps} steps (${faults});\n  ${judge.requests()} requests, ${logins} logins, ${refreshCalls} calls of the token ` +
      `endpoint, ${rotations} refreshes; ${tabs.gone()} requests went with their tabs; ${broken.length} broken`,
  );
  await engine.quit();
  await server.close();
  return broken;
}
