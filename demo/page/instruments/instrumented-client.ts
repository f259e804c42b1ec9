/** The page's own client, with all that it does recorded for the timeline. */

import { createAuthClient } from 'silent-refresh';
import { expose } from '../expose.ts';
import { followLanes } from '../trace/lanes.ts';
import { recordLockWaits } from './lock-waits.ts';
import { createNetwork } from './network.ts';
import { createRecorder } from './recorder.ts';
import { recordTokens, tokensOf } from './tokens.ts';

/** All pages of this demo hear each other. */
export const CHANNEL = 'demo-page';

/** Before the recorder, so that it misses nothing. */
export const pageLanes = followLanes(CHANNEL);
export const recorder = createRecorder(CHANNEL);
export const network = createNetwork(recorder);
recordLockWaits(recorder, 'silent-refresh:default');

const client = createAuthClient({ refresh: '/auth/refresh', signOut: '/auth/logout', fetch: network.fetch });
export const auth = { ...client, fetch: network.asSeenByCallers(client.fetch) };
export const { api, signInAs } = expose(auth, network.fetch);

recordTokens(recorder, tokensOf(client));
