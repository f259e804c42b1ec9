/** The client to compare with: it refreshes at a fixed margin before expiry, and tries again every second. */

import { remaining } from '../../src/session/access-token.ts';
import { expectRequest, signIn } from './light-client.ts';
import type { Behaviour, LightClient, World } from './world.ts';

const MARGIN = 30_000;
const RETRY_EVERY = 1_000;

function refreshNow(client: LightClient, world: World): void {
  if (client.answer) return;
  world.clear('timer', client);
  world.call(client);
}

function schedule(client: LightClient, world: World): void {
  const early = client.token ? remaining(client.token) - MARGIN : 0;
  if (early > 0) world.set('timer', client, early);
  else refreshNow(client, world);
}

function takeAnswer(client: LightClient, world: World): void {
  const status = client.answer?.status;
  client.answer = undefined;
  if (status !== 200) {
    world.set('timer', client, RETRY_EVERY);
    return;
  }
  signIn(client, world, 0);
  schedule(client, world);
}

function request(client: LightClient, world: World): void {
  const isVoid = client.issuedAt < world.voidedBefore;
  if (isVoid || !client.token || remaining(client.token) <= 0) refreshNow(client, world);
  else expectRequest(client, world);
}

export const naive: Behaviour = {
  on(event, client, world) {
    if (event === 'timer') refreshNow(client, world);
    if (event === 'answer') takeAnswer(client, world);
    if (event === 'request') request(client, world);
  },
  look: schedule,
  online: refreshNow,
};
