/** A tab of nothing but its session, and what it says to the others. */

import { createSession, type Session } from '../../src/session/session.ts';
import { type Peers, postChange, receiveMessage } from '../../src/tabs/session-sync.ts';
import { gate, now } from '../../src/wait.ts';

export interface Peer {
  readonly session: Session;
  readonly peers: Peers;
}

/**
 * @param post what becomes of each message, a copy as channels make it
 * @param onChange called after each change of the session, its own and that of another tab
 */
export function openPeer(post: (message: unknown) => void, onChange = (_session: Session) => {}): Peer {
  const channel = {
    type: 'native',
    async postMessage(data: object) {
      post(structuredClone(data));
    },
  } as NonNullable<Peers['channel']>;
  const peers: Peers = { channel, name: 'peers', locks: undefined };
  const session: Session = createSession(gate(), (source) => {
    if (source === 'this-tab') postChange(peers, session);
    onChange(session);
  });
  return { session, peers };
}

let grants = 0;
/** The tokens of a sign-in or a refresh, other ones each time. */
export function newGrant() {
  grants++;
  const accessToken = { value: `access-${grants}`, claims: undefined, lifetime: 300_000, receivedAt: now() };
  return { accessToken, refreshToken: `refresh-${grants}` };
}

export function hear({ peers, session }: Peer, message: unknown): void {
  receiveMessage(peers, session, { onPause: () => {}, onAsk: () => {}, onRefused: () => {} }, message);
}
