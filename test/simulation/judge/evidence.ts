/** What several rules look for. */

import { bearerOf } from '../../../demo/server/tokens.ts';
import type { Plan } from '../schedule/plan.ts';
import type { Exchange } from '../world/network.ts';

/** Milliseconds that the client waits for the answer to a request of a page that is gone: half of `refreshTimeout`. */
export const ORPHAN_WAIT = 5_000;

export const isRefresh = ({ request }: Exchange): boolean => request.endpoint === 'refresh';

export const bearerIn = ({ request }: Exchange): string | undefined => bearerOf(request.headers.get('authorization'));

/** Whether the API refused the token. */
export const isRefusal = ({ answer }: Exchange): boolean =>
  answer?.status === 401 || (answer?.body as { error?: string } | undefined)?.error === 'invalid_token';

/** Whether each tab hears of everything, as in a browser. */
export const isMirrored = ({ world }: Plan): boolean =>
  world.hasChannel && world.lostMessages === 0 && world.names === 1;
