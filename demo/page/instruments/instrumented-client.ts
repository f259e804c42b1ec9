/** The page's own client, with all that it does recorded for the timeline. */

import { createAuthClient } from 'silent-refresh';
import { expose } from '../expose.ts';
import { recordKinds } from '../trace/kinds/index.ts';
import { followLanes } from '../trace/lanes.ts';
import { createInstruments } from './instruments.ts';
import { watched } from './watched-client.ts';

/** All pages of this demo hear each other. */
export const CHANNEL = 'demo-page';

/** Before the recorder, so that it misses nothing. */
export const pageLanes = followLanes(CHANNEL);
const instruments = createInstruments(CHANNEL, 'default');
export const { recorder, network } = instruments;

const client = createAuthClient({
  refresh: '/auth/refresh',
  signOut: '/auth/logout',
  // The demo's servers have one for each port.
  hintCookie: `has_session_${location.port}`,
  fetch: network.fetch,
});
export const auth = { ...client, fetch: network.asSeenByCallers(client.fetch) };
export const { api, signInAs } = expose(auth, network.fetch);

recordKinds({ ...instruments, client: watched(client) });
