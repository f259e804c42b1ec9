/** A tab on the stage: a page of its own, with its own memory, client and locks, that does what it is told. */

import { createInstruments } from '../instruments/instruments.ts';
import type { TabInfo } from '../instruments/recorder.ts';
import { recordKinds } from '../trace/kinds/index.ts';
import { type ClientKind, createParticipant } from './participant.ts';

/** What became of a request. */
export interface Outcome {
  /** The status, or what the error is called. */
  readonly what: string;
  readonly retryable?: boolean | undefined;
}

export interface Tab {
  readonly info: TabInfo;
  /** Resolves when it is known whether somebody is signed in. */
  readonly ready: Promise<unknown>;
  user(): string | undefined;
  signIn(user: string): Promise<unknown>;
  /** Sends requests all at once. */
  send(count: number, how?: { readonly method?: string; readonly label?: string }): Promise<Outcome[]>;
  cutNetwork(): void;
  restoreNetwork(): void;
}

declare global {
  interface Window {
    /** For the page that has opened it. */
    tab: Tab;
  }
}

const parameters = new URLSearchParams(location.search);
const parameter = (name: string): string => parameters.get(name) ?? '';

const world = parameter('world');
const instruments = createInstruments(parameter('channel'), parameter('name'));
const { recorder, network } = instruments;
const participant = createParticipant(parameter('client') as ClientKind, parameter('name'), world, network);
recordKinds({ ...instruments, client: participant });

let requests = 0;

async function sendOne(method: string, label: string): Promise<Outcome> {
  const id = `${label}-${recorder.tab.id.slice(0, 4)}-${++requests}`;
  // Requests for one and the same address would stand in line for the browser's cache.
  const url = `${world}/api/echo?${id}`;
  try {
    const { status } = await participant.fetch(url, { method, headers: { 'X-Request-Id': id } });
    return { what: String(status) };
  } catch (error) {
    const { name, message, retryable } = error as Error & { retryable?: boolean };
    return { what: name === 'Error' ? message : name, retryable };
  }
}

window.tab = {
  info: recorder.tab,
  ready: participant.restore(),
  user: participant.user,
  signIn: (user) =>
    participant.signIn(() =>
      network.fetch(`${world}/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user, password: 'demo' }),
      }),
    ),
  send: (count, { method = 'GET', label = 'stage' } = {}) =>
    Promise.all(Array.from({ length: count }, () => sendOne(method, label))),
  cutNetwork: network.cut,
  restoreNetwork: network.restore,
};
