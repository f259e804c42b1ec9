/** What happens to the herd, and what the server answers meanwhile. */

import { expectRequestNow, signIn } from './light-client.ts';
import type { LightClient, Plan, World } from './world.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
/** When it happens, or is over. Until then the herd lives its quiet life. */
export const HAPPENS = 10 * MINUTE;
/** Milliseconds for which tokens are good, where a scene says nothing else. */
const LIFETIME = 5 * MINUTE;
/** Of an outage, and of a network cut: no token outlives it. */
export const CUT = 5 * MINUTE;

export type Scene = Pick<Plan, 'begin' | 'turn' | 'lifetime' | 'length'>;

/** Everybody is signed in, each since a moment of their own. */
function begin(client: LightClient, world: World): void {
  signIn(client, world, world.chance() * (world.lifetime - 30 * SECOND));
  world.behaviour.look(client, world);
}

/** Nothing happens to the clients themselves: it is the server that is out of order. */
export const outage: Scene = { lifetime: LIFETIME, length: HAPPENS + 40 * MINUTE, begin, turn() {} };

/** All tokens are void at once. Each client meets that at its next request. */
export const deploy: Scene = {
  ...outage,
  begin(client, world) {
    begin(client, world);
    world.set('turn', client, HAPPENS);
  },
  turn(client, world) {
    world.voidedBefore = HAPPENS;
    expectRequestNow(client, world);
  },
};

/** The network is cut, and comes back for everybody within two seconds. */
export const network: Scene = {
  ...outage,
  begin(client, world) {
    begin(client, world);
    world.set('turn', client, HAPPENS - CUT);
  },
  turn(client, world) {
    client.isOnline = !client.isOnline;
    if (client.isOnline) world.behaviour.online(client, world);
    else world.set('turn', client, CUT + world.chance() * 2 * SECOND);
  },
};

/** Standard deviation of the moments at which people begin to work. */
const PUNCTUALITY = 3 * MINUTE;
/** Of people whose laptop was asleep, with a token long since expired, and whose network comes a little later. */
const SLEEPERS = 0.3;

/** The Box-Muller transform. */
const normal = (chance: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());

/** People begin to work around nine: some open the app, some open a laptop in which it is still open. */
export const morning: Scene = {
  lifetime: 15 * MINUTE,
  length: HAPPENS + 110 * MINUTE,
  begin(client, world) {
    const late = PUNCTUALITY * normal(world.chance);
    world.set('turn', client, Math.min(2 * HAPPENS, Math.max(0, HAPPENS + late)));
    client.isAwake = false;
    client.isOnline = world.chance() >= SLEEPERS;
    if (client.isOnline) return;
    signIn(client, world, 12 * 60 * MINUTE);
    world.clear('request', client);
  },
  turn(client, world) {
    if (client.isAwake) {
      client.isOnline = true;
      world.behaviour.online(client, world);
      return;
    }
    client.isAwake = true;
    if (!client.isOnline) world.set('turn', client, SECOND + world.chance() * 4 * SECOND);
    world.behaviour.look(client, world);
  },
};
