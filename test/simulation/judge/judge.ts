/** The promises as rules about a simulated world; whoever breaks one is told which, when and how. */

import type { Call, Heard, Tab } from '../people/tab.ts';
import type { Plan } from '../schedule/plan.ts';
import type { Browser } from '../world/browser.ts';
import type { Post } from '../world/channels.ts';
import type { Exchange } from '../world/network.ts';

/** What a rule looks at. */
export interface Scene {
  readonly plan: Plan;
  readonly browser: Browser;
  readonly calls: readonly Call[];
  readonly heard: readonly Heard[];
  /** All tabs, and the client in each: also those that are gone. */
  readonly tabs: readonly Tab[];
  /** How many refresh tokens were presented again, by what has become of the first answer. */
  readonly presentedTwice: { lostOnTheWay: number; goneWithPage: number };
  /** Somebody has set the clock, or the machine has slept: times by one clock can't be told by another. */
  readonly areClocksWrong: boolean;
  tabOf(exchange: Exchange): Tab | undefined;
  callOf(exchange: Exchange): Call | undefined;
  /** Whether a login was on its way at some time since. */
  wasLoginUnderWay(since: number): boolean;
  /** Whether the tab of this request has been open, awake and shown ever since. */
  wasAwake(exchange: Exchange, since: number): boolean;
}

export interface Rule {
  /** What is promised. */
  readonly promise: string;
  onSend?(exchange: Exchange): void;
  onEnd?(exchange: Exchange): void;
  onCall?(call: Call): void;
  onSettled?(call: Call): void;
  onHeard?(heard: Heard): void;
  onLogged?(entry: object): void;
  onPost?(post: Post): void;
  /** A lock is asked for. */
  onLock?(name: string): void;
  /** Into localStorage, or the sessionStorage of a tab. */
  onWrite?(key: string, value: string): void;
  /** Something has happened, and all that it set off at once. */
  afterEach?(): void;
  /** All faults are over, all tabs are shown, and each has asked for a token and sent a request. */
  atRest?(): void;
}

/** Tells of a promise that is broken. */
export type Accuse = (what: string) => void;

export type RuleMaker = (scene: Scene, accuse: Accuse) => Rule;

export interface Violation {
  readonly promise: string;
  readonly what: string;
  /** Timeline's milliseconds. */
  readonly at: number;
}
