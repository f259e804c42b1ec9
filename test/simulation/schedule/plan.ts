/** What happens in one simulated world: plain data, so that it can be drawn, shrunk, stored and played again. */

import type { WorldRules } from '../world/browser.ts';
import type { Fault } from '../world/network.ts';
import type { PageStart } from '../world/page.ts';
import type { Endpoint } from '../world/server.ts';

export interface Plan {
  readonly world: WorldRules;
  /** How the app's listeners behave, in every tab. */
  readonly habit: Habit;
  /** How many tabs are open at the beginning. */
  readonly tabs: number;
  /** Who is signed in there. */
  readonly user: User | 'nobody';
  readonly steps: readonly Step[];
}

export type Habit =
  | 'quiet'
  /** Its listeners throw. */
  | 'throws'
  /** It asks its API again after each refresh, as a query library does. */
  | 'refetches'
  /** It calls back into the client from its listeners. */
  | 'calls-back';

export interface Step {
  /** Milliseconds after the step before. */
  readonly after: number;
  /** A place where a tab may be. */
  readonly tab: number;
  readonly act: Act;
}

export type User = 'ada' | 'bob';
/** `/see-other`: the request is done, and the page that it leads to asks for another token. */
export type ApiPath = '/orders' | '/always-401' | '/step-up' | '/forbidden' | '/see-other';
export type BodyKind = 'none' | 'text' | 'params' | 'buffer' | 'form' | 'request';

export type Act =
  | { readonly do: 'open'; readonly start: PageStart }
  | { readonly do: 'close' | 'reload' | 'freeze' | 'thaw' | 'hide' | 'show' | 'activate' | 'leave' | 'come-back' }
  /** The tab is opened once more, in the first free place. */
  | { readonly do: 'duplicate' }
  /** The page's process ends, after so many more things that others could see. */
  | { readonly do: 'crash'; readonly acts: number }
  | { readonly do: 'sign-in'; readonly user: User; readonly how: 'request' | 'tokens' | 'login-page' | 'elsewhere' }
  /** `push-state`: the page's base URL changes. */
  | { readonly do: 'sign-out' | 'refresh' | 'restore' | 'recreate' | 'push-state' }
  | { readonly do: 'get-token'; readonly abortAfter?: number | undefined }
  | {
      readonly do: 'request';
      readonly path: ApiPath;
      readonly method: 'GET' | 'POST';
      readonly body: BodyKind;
      readonly times: number;
      readonly abortAfter?: number | undefined;
    }
  | { readonly do: 'fault'; readonly endpoint: Endpoint; readonly fault: Fault; readonly times: number }
  | { readonly do: 'offline' | 'online' | 'void-access-tokens' | 'revoke-session' }
  /** By hand; and by a page of the server's own, or an app on another subdomain. */
  | { readonly do: 'delete-hint' | 'sign-out-elsewhere' }
  | { readonly do: 'sleep' | 'set-clock'; readonly ms: number };

/** How many tabs there may be at once. */
export const PLACES = 8;
