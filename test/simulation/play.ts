/** Plays one plan with the real client, under the eyes of all rules. */

import type { ClientCode } from './client-code.ts';
import type { Accuse, Rule, Scene, Violation } from './judge/judge.ts';
import { RULES } from './judge/rules.ts';
import { Witness } from './judge/witness.ts';
import { People } from './people/acts.ts';
import type { Plan } from './schedule/plan.ts';
import { Browser } from './world/browser.ts';

export interface Play {
  /** The first promise that was broken, if one was. */
  readonly violation: Violation | undefined;
  /** What happened, if somebody listens. */
  readonly story: readonly string[];
  readonly counts: {
    readonly refreshes: number;
    readonly requests: number;
    readonly alarms: number;
  } & Scene['presentedTwice'];
}

/** Milliseconds in which the first tabs learn what there is to know. */
const BEGINNING = 2_000;
/** Milliseconds: longer than each pause that a server names, than the longest request and the longest backoff. */
const QUIET = 75_000;
/** A world in which more happens never comes to rest. */
const MOST_HAPPENINGS = 30_000;
/** Milliseconds for the last requests. */
const LAST_LOOK = 35_000;

/** @param isTold whether to write the story down, which takes time */
export async function play(code: ClientCode, plan: Plan, isTold = false): Promise<Play> {
  const browser = new Browser(plan.world);
  const { timeline, network } = browser;
  let violation: Violation | undefined;
  const rules: Rule[] = [];
  const witness = new Witness(plan, browser, rules, isTold);
  for (const make of RULES) {
    const accuse: Accuse = (what) => {
      violation ??= { promise: rule.promise, what, at: timeline.now };
    };
    const rule: Rule = make(witness, accuse);
    rules.push(rule);
  }
  const people = new People(browser, code, plan, witness);
  const unheard = (error: unknown) => {
    violation ??= {
      promise: 'No unhandled rejection',
      what: String((error as Error)?.stack ?? error),
      at: timeline.now,
    };
  };
  process.on('unhandledRejection', unheard);
  let happenings = 0;
  const goesOn = () => {
    for (const rule of rules) rule.afterEach?.();
    if (++happenings > MOST_HAPPENINGS)
      violation ??= {
        promise: 'It comes to rest',
        what: `after ${happenings} happenings it goes on`,
        at: timeline.now,
      };
    return !violation;
  };
  const pass = async (ms: number) => {
    if (!violation) await timeline.advanceTo(timeline.now + ms, goesOn);
  };
  try {
    for (let place = 0; place < plan.tabs; place++) people.open(place, 'visible');
    await pass(BEGINNING);
    if (plan.user !== 'nobody')
      people.do({ after: 0, tab: 0, act: { do: 'sign-in', user: plan.user, how: 'request' } });
    await pass(BEGINNING);
    for (const step of plan.steps) {
      await pass(step.after);
      if (violation) break;
      witness.tellStep(step);
      people.do(step);
    }
    // What the last step has set off.
    await pass(1);
    heal();
    await pass(QUIET);
    for (const tab of people.liveTabs) {
      tab.page.setVisible(true);
      tab.call('getAccessToken()', () => tab.auth.getAccessToken());
    }
    // The first one may learn that another user has come.
    for (let round = 0; round < 2; round++) {
      await pass(LAST_LOOK);
      for (const tab of people.liveTabs) people.do({ after: 0, tab: people.tabs.indexOf(tab), act: LAST_REQUEST });
    }
    await pass(LAST_LOOK);
    if (!violation) for (const rule of rules) rule.atRest?.();
  } finally {
    // What the process reports a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unheard);
    for (const { page } of people.liveTabs) page.crashAfter(0);
  }
  return {
    violation,
    story: witness.story,
    counts: {
      refreshes: network.exchanges.filter(({ request }) => request.endpoint === 'refresh').length,
      requests: network.exchanges.length,
      alarms: browser.server.alarms.length,
      ...witness.presentedTwice,
    },
  };

  /** All faults are over, and every tab is awake and shown. */
  function heal(): void {
    network.faults.clear();
    browser.setOnline(true);
    for (const { page } of people.liveTabs) {
      page.comeBack();
      page.thaw();
      page.activate();
      page.setVisible(true);
    }
  }
}

const LAST_REQUEST = { do: 'request', path: '/orders', method: 'GET', body: 'none', times: 1 } as const;
