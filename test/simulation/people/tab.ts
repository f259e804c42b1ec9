/** A tab with an app in it: the client, what the app asks of it, and what it hears from it. */

import type { AuthClient, AuthState, DebugEntry } from '../../../src/index.ts';
import type { ClientCode } from '../client-code.ts';
import type { Habit } from '../schedule/plan.ts';
import type { Holder } from '../world/holder.ts';
import { API, APP } from '../world/network.ts';
import type { SimulatedPage } from '../world/page.ts';

/** A promise that the client has given. */
export interface Call {
  readonly label: string;
  readonly tab: Tab;
  readonly calledAt: number;
  readonly stateAtCall: AuthState;
  /** The client's own count of users. */
  readonly versionAtCall: number;
  /** Its number at the server, if it is a request. */
  readonly request?: string | undefined;
  /** What the body was at the call. */
  readonly body?: string | undefined;
  settledAt?: number;
  value?: unknown;
  error?: unknown;
  /** Its caller has left. */
  isAborted?: boolean;
}

export interface Heard {
  readonly at: number;
  readonly tab: Tab;
  readonly event: string;
  readonly detail: unknown;
  readonly before: AuthState;
}

/** What is told of a tab to those who watch. */
export interface TabWatcher {
  readonly now: number;
  /** For a request, so that the server's books can be compared with the caller's. */
  nextNumber(): string;
  onOpen(tab: Tab): void;
  onCall(call: Call): void;
  onSettled(call: Call): void;
  onHeard(heard: Heard): void;
  /** What the option `debug` tells. */
  onLogged(entry: DebugEntry): void;
}

/** What differs from app to app. */
export interface ClientKind {
  readonly habit: Habit;
  readonly name: string;
  readonly holder: Holder;
  readonly hintCookie: string | undefined;
  readonly refusal: 'status' | 'body';
}

const saysRefused = async (response: Response): Promise<boolean> =>
  (await response.clone().text()).includes('invalid_token');

const EVENTS = [
  ...(['signed-in', 'refreshed', 'refresh-failed', 'replayed', 'signed-out', 'user-changed'] as const),
  ...(['challenge', 'problem'] as const),
];
const USER_VERSION = Symbol.for('silent-refresh.user-version');

export class Tab {
  readonly page: SimulatedPage;
  readonly watcher: TabWatcher;
  auth: AuthClient;
  /** When its client was made. */
  createdAt = 0;
  private readonly code: ClientCode;
  private readonly kind: ClientKind;
  /** How to give up what was asked again last. */
  private readonly refetches: (() => void)[] = [];

  constructor(page: SimulatedPage, code: ClientCode, kind: ClientKind, watcher: TabWatcher) {
    this.page = page;
    this.code = code;
    this.kind = kind;
    this.watcher = watcher;
    this.auth = this.create();
    watcher.onOpen(this);
  }

  get state(): AuthState {
    return this.auth.getState();
  }

  get version(): number {
    return (this.state as unknown as Record<symbol, number>)[USER_VERSION] ?? 0;
  }

  /** As hot reloading does it. */
  recreate(): void {
    this.auth.dispose();
    // The new one means the same endpoints.
    this.page.document.baseURI = `${APP}/`;
    this.auth = this.create();
    this.call('restore()', () => this.auth.restore());
  }

  call(label: string, run: () => Promise<unknown>, about: Pick<Call, 'request' | 'body'> = {}): Call {
    const { watcher, state, version } = this;
    const call: Call = {
      ...about,
      label,
      tab: this,
      calledAt: watcher.now,
      stateAtCall: state,
      versionAtCall: version,
    };
    watcher.onCall(call);
    run().then(
      (value) => this.settle(call, { value }),
      (error) => this.settle(call, { error }),
    );
    return call;
  }

  private settle(call: Call, outcome: { value: unknown } | { error: unknown }): void {
    Object.assign(call, outcome, { settledAt: this.watcher.now });
    this.watcher.onSettled(call);
  }

  private create(): AuthClient {
    const { createAuthClient, bodyRefresh } = this.code(this.page.globals);
    const { holder } = this.kind;
    const auth = createAuthClient({
      // Relative, as some write it: what it means is fixed when the client is made.
      ...(holder === 'cookie'
        ? { refresh: 'auth/refresh', signOut: 'auth/logout' }
        : { refresh: bodyRefresh({ url: 'auth/refresh', revoke: 'auth/revoke', storage: this.storageOf(holder) }) }),
      allowedOrigins: [API],
      name: this.kind.name,
      ...(this.kind.hintCookie && { hintCookie: this.kind.hintCookie }),
      debug: (entry: DebugEntry) => this.watcher.onLogged(entry),
      ...(this.kind.refusal === 'body' && { shouldRefresh: saysRefused }),
    });
    this.createdAt = this.watcher.now;
    let before = auth.getState();
    for (const event of EVENTS)
      auth.on(event, (detail: unknown) => {
        this.watcher.onHeard({ at: this.watcher.now, tab: this, event, detail, before });
        this.react(event, auth);
      });
    auth.subscribe(() => {
      const state = auth.getState();
      this.watcher.onHeard({ at: this.watcher.now, tab: this, event: 'state', detail: state, before });
      before = state;
      if (this.kind.habit === 'throws') throw new Error('A listener of the app has failed.');
    });
    return auth;
  }

  private storageOf(holder: Holder): (() => Storage) | undefined {
    const { globals, sessionStorage } = this.page;
    if (holder === 'body with a storage of each tab') return () => sessionStorage as Storage;
    if (holder === 'body with a storage that all tabs share') return () => globals.localStorage as Storage;
    return undefined;
  }

  /** What the app's listeners do. */
  private react(event: string, auth: AuthClient): void {
    if (this.kind.habit === 'throws') throw new Error('A listener of the app has failed.');
    if (this.kind.habit === 'refetches' && event === 'refreshed') this.refetch(auth);
    if (this.kind.habit === 'calls-back' && event !== 'replayed') {
      this.call('getAccessToken()', () => auth.getAccessToken());
      if (event === 'refresh-failed') this.call('restore()', () => auth.restore());
    }
  }

  /** As a query library does it: whoever asks again waits for the last answer no longer. */
  private refetch(auth: AuthClient): void {
    for (const leave of this.refetches.splice(0)) leave();
    for (const path of ['/orders', '/always-401']) {
      const controller = new AbortController();
      const call = this.call(`GET ${path}`, () => auth.fetch(API + path, { signal: controller.signal }));
      this.refetches.push(() => abort(call, controller));
    }
  }
}

/** The caller leaves. */
export function abort(call: Call, controller: AbortController): void {
  call.tab.page.runTask(() => {
    call.isAborted = true;
    controller.abort();
  });
}
