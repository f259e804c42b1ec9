/** What experiments are made with: pages of the model, or of a real browser, and a server that can hold an answer back. */

import type { EngineName } from '../../browser/engines/engine.ts';

declare global {
  interface Window {
    /** What the page has seen so far. A page that was loaded anew has none. */
    notes: string[];
    /** Each lets go of the lock of that name. */
    letGo: Record<string, () => void>;
  }
}

export interface LabPage {
  /** Runs a function in the page, and gives what it resolves to. It sees the page's globals, and nothing of the lab. */
  run<T, Argument = undefined>(work: (argument: Argument) => T | Promise<T>, argument?: Argument): Promise<T>;
  close(): Promise<void>;
  /** The user goes on to another page, in the same tab. */
  leave(): Promise<void>;
  /** Back to it by the browser's button: as it was, or loaded anew. */
  back(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  setOffline(isOffline: boolean): Promise<void>;
}

/** The next `POST /auth/refresh`, which sets a cookie: the server has acted, and keeps its answer back. */
export interface HeldAnswer {
  arrived(): Promise<void>;
  release(): void;
  /** The cookie lies in the browser's jar, or the browser has given the request up. */
  end(): Promise<'the cookie landed' | 'the request was given up'>;
}

export interface Lab {
  readonly engine: EngineName;
  open(): Promise<LabPage>;
  /**
   * A page behind a link, which runs `work` as soon as it is loaded: ahead of time in an engine that prerenders, else when
   * somebody follows the link.
   */
  link(work: () => void): Promise<{ follow(): Promise<LabPage> }>;
  /** Resolves when the condition holds in the page. */
  until(page: LabPage, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Resolves when a request for the path has come to the server. */
  asked(path: string): Promise<void>;
  holdRefresh(): HeldAnswer;
}

export const PRERENDERING: EngineName = 'chromium';

export type Outcomes = readonly [string, ...string[]];

export interface Experiment {
  readonly title: string;
  /** What the driver of a real browser has to be able to do. */
  readonly needs?: 'freeze' | 'setOffline';
  /** All that the model shows, and so all that a browser may: one outcome where it's always the same. */
  readonly shows: Outcomes | Readonly<Record<EngineName, Outcomes>>;
  /** Gives the outcome, which tells of an order or of a result, never of a time. */
  run(lab: Lab): Promise<string>;
}

export const outcomesOf = ({ shows }: Experiment, engine: EngineName): Outcomes =>
  'chromium' in shows ? shows[engine] : shows;
