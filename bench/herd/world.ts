/** One server, many clients, and the time that passes between them. */

import { type CoolDown, createCoolDown } from '../../src/refresh/cool-down.ts';
import type { AccessToken } from '../../src/session/access-token.ts';
import type { Instant } from '../../src/wait.ts';
import { createAgenda } from './agenda.ts';
import type { Answer, TokenServer } from './server.ts';
import { createRandom, replaceClocks, setTime } from './virtual-clock.ts';

/** What can be in store for a client: one of each kind at most. */
export const EVENTS = ['timer', 'answer', 'request', 'retry', 'turn'] as const;
export type EventKind = (typeof EVENTS)[number];
const NUMBER_OF: Record<EventKind, number> = { timer: 0, answer: 1, request: 2, retry: 3, turn: 4 };

/** One person's one visible tab. Other tabs of the same browser share its refreshes, so they add no calls. */
export interface LightClient {
  readonly index: number;
  /** Milliseconds from one request of the app to the next, on average. */
  readonly pace: number;
  readonly coolDown: CoolDown;
  token: AccessToken | undefined;
  /** By the simulation's time: the server may have voided all tokens of before a moment. */
  issuedAt: number;
  /** Since when a refresh is under way, its retries included. */
  flightSince: Instant | undefined;
  /** A request of the app waits for the refresh. */
  isAwaited: boolean;
  isOnline: boolean;
  /** The page is open, and the machine is awake. */
  isAwake: boolean;
  /** Of the token of now: how much earlier it is refreshed than it would be due. */
  spread: number;
  /** On its way to the client. */
  answer: Answer | undefined;
}

/** How a kind of client behaves. */
export interface Behaviour {
  on(event: EventKind, client: LightClient, world: World): void;
  /** The page is opened, or the machine wakes up. */
  look(client: LightClient, world: World): void;
  /** The browser says that the network is back. */
  online(client: LightClient, world: World): void;
}

export interface World {
  readonly now: number;
  readonly clients: readonly LightClient[];
  readonly lifetime: number;
  /** All dice but those of the package: whoever is tuned, the people do the same. */
  readonly chance: () => number;
  /** Tokens that were issued before it meet a 401. */
  voidedBefore: number;
  readonly behaviour: Behaviour;
  /** Puts an event in the place of the client's last one of that kind. */
  set(event: EventKind, client: LightClient, delay: number): void;
  clear(event: EventKind, client: LightClient): void;
  /** Calls the token endpoint; its answer comes as an event. */
  call(client: LightClient): void;
  /** A caller of the app got an error instead of a token. */
  countRefusal(): void;
}

export interface Plan {
  readonly clients: number;
  readonly seed: number;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly length: number;
  readonly server: TokenServer;
  readonly behaviour: Behaviour;
  /** Puts each client where it is at the beginning. */
  begin(client: LightClient, world: World): void;
  /** What happens to a client at its turn, if the scenario has set one. */
  turn(client: LightClient, world: World): void;
}

/** What the server saw, second by second. */
export interface Sight {
  readonly calls: Uint32Array;
  readonly granted: Uint32Array;
  /** Requests of the app that ended with an error. */
  refusals: number;
  events: number;
}

const SECOND = 1_000;
/** Milliseconds that a call takes, there and back: from the first number to the sum of both. */
const LATENCY = [50, 100] as const;

/** Somebody sends a request every five seconds, somebody else every five minutes; each measure is as common. */
const paceOf = (chance: number): number => 5 * SECOND * 60 ** chance;

export function simulate(plan: Plan): Sight {
  const { server, behaviour, lifetime } = plan;
  const seconds = Math.ceil(plan.length / SECOND);
  const sight: Sight = { calls: new Uint32Array(seconds), granted: new Uint32Array(seconds), refusals: 0, events: 0 };
  const agenda = createAgenda();
  const stamps = new Int32Array(plan.clients * EVENTS.length);
  const chance = createRandom(plan.seed);
  const clients = Array.from({ length: plan.clients }, (_, index) => createClient(index, paceOf(chance())));
  const placeOf = (event: EventKind, { index }: LightClient) => index * EVENTS.length + NUMBER_OF[event];

  const world: World & { now: number } = {
    now: 0,
    clients,
    lifetime,
    chance,
    voidedBefore: Number.NEGATIVE_INFINITY,
    behaviour,
    set(event, client, delay) {
      const place = placeOf(event, client);
      const stamp = (stamps[place] as number) + 1;
      stamps[place] = stamp;
      agenda.add(world.now + delay, client.index, NUMBER_OF[event], stamp);
    },
    clear(event, client) {
      const place = placeOf(event, client);
      stamps[place] = (stamps[place] as number) + 1;
    },
    call(client) {
      const second = Math.floor(world.now / SECOND);
      if (client.isOnline) sight.calls[second] = (sight.calls[second] ?? 0) + 1;
      client.answer = client.isOnline ? server.answer(world.now) : { status: 0 };
      if (client.answer.status === 200) sight.granted[second] = (sight.granted[second] ?? 0) + 1;
      world.set('answer', client, LATENCY[0] + chance() * LATENCY[1]);
    },
    countRefusal() {
      sight.refusals++;
    },
  };

  const restoreClocks = replaceClocks(createRandom(plan.seed + 1));
  try {
    for (const client of clients) plan.begin(client, world);
    while (agenda.size) {
      agenda.take();
      if (agenda.at >= plan.length) break;
      const kind = agenda.kind;
      if (stamps[agenda.client * EVENTS.length + kind] !== agenda.stamp) continue;
      sight.events++;
      world.now = agenda.at;
      setTime(world.now);
      const event = EVENTS[kind] as EventKind;
      const client = clients[agenda.client] as LightClient;
      if (event === 'turn') plan.turn(client, world);
      else behaviour.on(event, client, world);
    }
  } finally {
    restoreClocks();
    setTime(0);
  }
  return sight;
}

const createClient = (index: number, pace: number): LightClient => ({
  index,
  pace,
  coolDown: createCoolDown(),
  token: undefined,
  issuedAt: 0,
  flightSince: undefined,
  isAwaited: false,
  isOnline: true,
  isAwake: true,
  spread: 0,
  answer: undefined,
});

/** The time until the next of many requests that come at random, `pace` milliseconds apart on average. */
export const untilNext = (pace: number, chance: () => number): number => -Math.log(1 - chance()) * pace;
