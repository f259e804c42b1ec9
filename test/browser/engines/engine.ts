/** What a browser has to do for the tests: open pages, run functions in them, and take them away again. */

/** A page in a window or tab of its own. */
export interface Tab {
  /** Runs a function in the page, and gives what it resolves to. It sees the page's globals, and nothing of the test. */
  run<T, Argument = undefined>(work: (argument: Argument) => T | Promise<T>, argument?: Argument): Promise<T>;
  goto(url: string): Promise<void>;
  /** To the page before, by the browser's button. */
  back(): Promise<void>;
  /** As the user does it: nobody asks the page first. */
  close(): Promise<void>;
  /** Puts it before the others, which are hidden then; only where pages can be hidden. */
  show?(): Promise<void>;
  /** Takes its network away, or gives it back; only where the engine can be told to. */
  setOffline?(offline: boolean): Promise<void>;
  /** Its process dies; only where the engine can be told to. */
  crash?(): Promise<void>;
  /** Stops all that it does, as browsers do it to hidden pages to save energy; only where the engine can be told to. */
  freeze?(): Promise<void>;
  thaw?(): Promise<void>;
}

/** All tabs of one profile: they share cookies, storage, locks and channels. */
export interface Engine {
  readonly version: string;
  open(url: string): Promise<Tab>;
  /** Those that are open, less those that have crashed. */
  tabs(): Tab[];
  /** Closes the tabs that are open, for the next test. */
  closeTabs(): Promise<void>;
  quit(): Promise<void>;
}

export type EngineName = 'chromium' | 'firefox' | 'webkit';
