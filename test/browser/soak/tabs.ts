/** The tabs of a soak: each act on one of them, what becomes of the requests under way, and how they all must end. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoServer } from '../../../demo/server/app.ts';
import { spendCookie } from '../cookie-owner.ts';
import type { Engine, Tab } from '../engines/engine.ts';
import { pageOf } from '../pages.ts';
import { complaintsOf, tokensIn, tracesOf } from '../traces.ts';
import type { Told } from './judge.ts';
import { type Act, type Death, SLOTS } from './plan.ts';

type TabAct = Extract<Act, { readonly slot: number } | { readonly kind: 'storm' }>;

export interface SoakTabs {
  /** Gives what has been done: where there is no tab, one is opened, and not every browser can do each thing. */
  act(act: TabAct): Promise<Act['kind'] | undefined>;
  /** Waits for all that is under way, and looks whether all tabs end as they must; gives what is broken. */
  settle(): Promise<string[]>;
  /** Requests that nobody was told of, since their tab was killed. */
  gone(): number;
}

/** Milliseconds in which each call must have been settled: a refresh's and an API's waits, and then some. */
const DEADLINE = 45_000;

interface Slot {
  tab?: Tab | undefined;
  /** Frozen or offline until then; whoever needs it waits. */
  impaired?: Promise<void> | undefined;
}

/** Milliseconds that a refresh takes, and in which its tab goes. */
const SLOW_REFRESH = 300;
/** How many requests a tab has under way when it goes. */
const LAST_REQUESTS = 3;
/** Milliseconds by which they come before those of other tabs. */
const HEAD_START = 40;

export function createTabs(engine: Engine, server: DemoServer, told: (request: Told) => void): SoakTabs {
  const url = pageOf(server);
  const slots: Slot[] = Array.from({ length: SLOTS }, () => ({}));
  const underWay = new Set<Promise<void>>();
  const broken: string[] = [];
  let requests = 0;
  let gone = 0;

  function follow(what: string, work: Promise<void>): void {
    const settled = new AbortController();
    const late = sleep(DEADLINE, undefined, settled).then(
      () => void broken.push(`never settled: ${what}`),
      () => {},
    );
    const followed = Promise.race([work, late]).finally(() => {
      settled.abort();
      underWay.delete(followed);
    });
    underWay.add(followed);
  }

  function send(tab: Tab, count: number): void {
    const ids = Array.from({ length: count }, () => `soak-${++requests}`);
    const outcomes = tab.run(
      (ids) =>
        Promise.all(
          ids.map(async (id) => {
            const state = window.demo.auth.getState();
            const subject =
              state.status === 'signed-in' ? state.subject : state.status === 'signed-out' ? 'nobody' : undefined;
            const outcome = await window.demo.auth.fetch(`/api/me?${id}`, { headers: { 'X-Request-Id': id } }).then(
              (response) => response.text().then(() => response.status),
              (error) => (error.code as string) ?? (error.name as string),
            );
            return { id, subject, outcome };
          }),
        ),
      ids,
    );
    const judged = outcomes.then(
      (all) => all.forEach(told),
      () => {
        gone += count;
      },
    );
    follow(`${ids[0]} and ${count - 1} more`, judged);
  }

  /** The tab of a slot that is awake; a new one where there was none. */
  async function tabOf(slot: Slot): Promise<Tab> {
    await slot.impaired;
    slot.tab ??= await engine.open(url);
    return slot.tab;
  }

  async function impair(slot: Slot, ms: number, begin: () => Promise<void>, end: () => Promise<void>): Promise<void> {
    await begin();
    slot.impaired = sleep(ms)
      .then(end)
      .finally(() => {
        slot.impaired = undefined;
      });
  }

  function sendFromAll(count: number): void {
    for (const { tab, impaired } of slots) if (tab && !impaired) send(tab, count);
  }

  async function end(slot: Slot, tab: Tab, way: Death): Promise<void> {
    if (way === 'reload') {
      await tab.goto(url);
      return;
    }
    slot.tab = undefined;
    if (way === 'leave') await tab.goto('about:blank');
    if (way === 'crash') await tab.crash?.();
    // One that has crashed is still shown.
    await tab.close().catch(() => {});
  }

  return {
    async act(act) {
      if (act.kind === 'storm') {
        server.expire();
        sendFromAll(act.count);
        return 'storm';
      }
      const slot = slots[act.slot] as Slot;
      if (!slot.tab) {
        await tabOf(slot);
        return 'open';
      }
      const tab = await tabOf(slot);
      const { freeze, thaw, setOffline } = tab;
      switch (act.kind) {
        case 'open':
          return undefined;
        case 'send':
          send(tab, act.count);
          break;
        case 'show':
          if (!tab.show) return undefined;
          await tab.show();
          break;
        case 'freeze':
          if (!freeze || !thaw) return undefined;
          await impair(slot, act.ms, freeze, thaw);
          break;
        case 'offline':
          if (!setOffline) return undefined;
          await impair(
            slot,
            act.ms,
            () => setOffline(true),
            () => setOffline(false),
          );
          break;
        case 'sign-in': {
          const signedIn = tab.run((user) => window.demo.signInAs(user).then(() => {}), act.user);
          follow(`a sign-in of ${act.user}`, quietly(signedIn));
          break;
        }
        case 'sign-out':
          follow('a sign-out', quietly(tab.run(() => window.demo.auth.signOut().then(() => {}))));
          break;
        default: {
          const { refreshLatency } = server.settings;
          server.settings.refreshLatency = SLOW_REFRESH;
          // It shall be the one that refreshes, and the others wait for it.
          server.expire();
          send(tab, LAST_REQUESTS);
          await sleep(HEAD_START);
          sendFromAll(LAST_REQUESTS);
          await sleep(act.after);
          await end(slot, tab, act.kind);
          server.settings.refreshLatency = refreshLatency;
          return act.kind === 'crash' && !tab.crash ? 'close' : act.kind;
        }
      }
      return act.kind;
    },

    async settle() {
      await Promise.all(slots.map(({ impaired }) => impaired));
      await Promise.all(underWay);
      // With tokens that last, so that nobody refreshes by himself while the server is asked.
      server.expire();
      const open = slots.flatMap(({ tab }) => tab ?? []);
      const ends = await Promise.all(open.map(endOf));
      const owner = await ownerOfCookie(open[0] ?? (await engine.open(url)), server);
      for (const end of ends) if (end !== owner) broken.push(`a tab ends ${end}, and the server says ${owner}`);
      for (const tab of open) {
        const leaks = tokensIn(await tracesOf(tab));
        if (leaks.length > 0) broken.push(`${leaks.length} tokens lie in a page`);
        broken.push(...(await complaintsOf(tab)));
      }
      return broken;
    },

    gone: () => gone,
  };
}

const quietly = (work: Promise<void>): Promise<void> => work.catch(() => {});

async function ownerOfCookie(tab: Tab, server: DemoServer): Promise<string> {
  const asked = await spendCookie(tab, server);
  return asked?.status === 200 ? `signed-in ${asked.user}` : 'signed-out';
}

/** What the tab says after it has asked the API, and tried again for as long as it was told to. */
const endOf = (tab: Tab): Promise<string> =>
  tab.run(async () => {
    const { auth } = window.demo;
    for (;;) {
      const { retryable = false, retryAfter = 100 } = await auth.fetch('/api/me').then(
        () => ({}) as { retryable?: boolean; retryAfter?: number },
        (error) => error,
      );
      if (!retryable) break;
      await new Promise((resolve) => setTimeout(resolve, retryAfter));
    }
    const state = auth.getState();
    return state.status === 'signed-in' ? `signed-in ${state.subject}` : state.status;
  });
