/** The package's client, without its page, requests and tabs: what is left is when it calls the token endpoint. */

import { deadlinesOf } from '../../src/deadlines.ts';
import { liftPause, pauseAfterFailure, pauseLeft, resetCoolDown } from '../../src/refresh/cool-down.ts';
import { dueBeforeExpiry, remaining, spreadBeforeExpiry } from '../../src/session/access-token.ts';
import { elapsed, now } from '../../src/wait.ts';
import { type Behaviour, type EventKind, type LightClient, untilNext, type World } from './world.ts';

/** The defaults of the options, as `src/client-options.ts` has them. */
const REFRESH_AHEAD = 30_000;
const CALLERS_WAIT = deadlinesOf(10_000).caller;
/** `RETRY_AFTER` of `src/refresh/refresh-schedule.ts`. */
const RETRY_AFTER = 1_000;

/** As `refreshIfDue` of `src/refresh/refresh-schedule.ts`, in a visible tab. */
function refreshIfDue(client: LightClient, world: World, minDelay = 0): void {
  const { token, coolDown } = client;
  let due = Math.max(minDelay, pauseLeft(coolDown));
  if (token) {
    const ahead = dueBeforeExpiry(token, REFRESH_AHEAD + client.spread);
    const early = remaining(token) - ahead;
    if (early > 0) due = Math.max(due, early + ((1 - Math.random()) * ahead) / 5);
  }
  if (due) world.set('timer', client, due);
  else beginFlight(client, world);
}

/** As `refresh` of `src/refresh/refresher.ts`: one for all who ask meanwhile. */
function beginFlight(client: LightClient, world: World): void {
  if (client.flightSince) return;
  client.flightSince = now();
  callAfterPause(client, world);
}

/** As `pauseOver` of `src/refresh/refresh-round.ts`: a pause is waited for, if callers wait as long. */
function callAfterPause(client: LightClient, world: World): void {
  const { coolDown, flightSince } = client;
  const left = pauseLeft(coolDown);
  if (!flightSince || elapsed(flightSince) + left > CALLERS_WAIT) failFlight(client, world);
  else if (left) world.set('retry', client, left);
  else world.call(client);
}

/** As `applyVerdict` of `src/refresh/apply-verdict.ts`, and what `src/client-parts.ts` does about a new token. */
function takeAnswer(client: LightClient, world: World): void {
  const { status, retryAfter } = client.answer ?? { status: 0 };
  client.answer = undefined;
  if (status === 200) {
    resetCoolDown(client.coolDown);
    const last = client.token;
    signIn(client, world, 0);
    // As `spreadNextRefresh` there: once for each token.
    if (client.token) client.spread = spreadBeforeExpiry(client.token, last, REFRESH_AHEAD);
    client.flightSince = undefined;
    client.isAwaited = false;
    refreshIfDue(client, world);
    return;
  }
  const mayRetry = status === 429 || status === 503;
  pauseAfterFailure(client.coolDown, retryAfter, mayRetry);
  if (mayRetry) callAfterPause(client, world);
  else failFlight(client, world);
}

/** As `outcomeInTime` of `src/refresh/refresher.ts` ends: callers are told, and the schedule tries again. */
function failFlight(client: LightClient, world: World): void {
  client.flightSince = undefined;
  if (client.isAwaited) {
    world.countRefusal();
    client.isAwaited = false;
    expectRequestNow(client, world);
  }
  refreshIfDue(client, world, RETRY_AFTER);
}

/** As `tokenFor` of `src/refresh/usable-token.ts`. */
function request(client: LightClient, world: World): void {
  const { token } = client;
  const isVoid = client.issuedAt < world.voidedBefore;
  const isDue = !token || remaining(token) <= dueBeforeExpiry(token, REFRESH_AHEAD);
  if (!isVoid && !isDue) {
    expectRequest(client, world);
    return;
  }
  // A good token is used while it is refreshed, and the next request comes as ever.
  if (isVoid || !token || remaining(token) <= 0) client.isAwaited = true;
  else expectRequestNow(client, world);
  beginFlight(client, world);
}

/** A request matters once a refresh is due. They come at random: which ones came before says nothing of the next. */
export function expectRequest(client: LightClient, world: World): void {
  const { token } = client;
  const quiet = token ? Math.max(0, remaining(token) - dueBeforeExpiry(token, REFRESH_AHEAD)) : 0;
  world.set('request', client, quiet + untilNext(client.pace, world.chance));
}

/** The next request matters, whatever the token. */
export function expectRequestNow(client: LightClient, world: World): void {
  world.set('request', client, untilNext(client.pace, world.chance));
}

/** Gives the client a token of that age. */
export function signIn(client: LightClient, world: World, age: number): void {
  const { wall, monotonic } = now();
  const receivedAt = { wall: wall - age, monotonic: monotonic - age };
  client.token = { value: '', lifetime: world.lifetime, receivedAt, claims: undefined };
  client.issuedAt = world.now - age;
  expectRequest(client, world);
}

const reactions: Record<Exclude<EventKind, 'turn'>, (client: LightClient, world: World) => void> = {
  timer: refreshIfDue,
  answer: takeAnswer,
  request,
  retry: callAfterPause,
};

export const silentRefresh: Behaviour = {
  on(event, client, world) {
    if (event !== 'turn') reactions[event](client, world);
  },
  look: refreshIfDue,
  online(client, world) {
    liftPause(client.coolDown);
    // Who waits for the end of the pause goes on.
    if (client.flightSince && !client.answer) {
      world.clear('retry', client);
      callAfterPause(client, world);
    }
    refreshIfDue(client, world);
  },
};
