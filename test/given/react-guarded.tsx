/** Apps below a provider, in the modes of React in which they are tried. */

import { type ReactNode, StrictMode } from 'react';
import type { AuthClient } from 'silent-refresh';
import { AuthProvider, SignedIn } from 'silent-refresh/react';
import { type Log, Notes } from '../world/notes.tsx';
import { openTab } from '../world/tabs.ts';
import { opaqueAnswer } from '../world/tokens.ts';
import { until } from '../world/waiting.ts';

export const below = (client: AuthClient, content: ReactNode) => <AuthProvider client={client}>{content}</AuthProvider>;

/** What a user writes there is for no other user. */
export const notesPage = (log: Log) => (
  <SignedIn fallback="login" restoring="splash">
    <Notes log={log} />
  </SignedIn>
);

/** Two clients that don't hear each other; somebody is signed in in each. */
export async function twoClients(answer: () => object = opaqueAnswer): Promise<[AuthClient, AuthClient]> {
  const clients: [AuthClient, AuthClient] = [openTab(), openTab()];
  for (const client of clients) await client.setSession(answer());
  return clients;
}

export const asItIs = (content: ReactNode): ReactNode => content;

export const modes: [string, (content: ReactNode) => ReactNode][] = [
  ['as it is', asItIs],
  ['in StrictMode', (content) => <StrictMode>{content}</StrictMode>],
];

/** Resolves once it is known whether somebody is signed in. */
export const known = (auth: AuthClient): Promise<void> =>
  until(() => auth.getState().status !== 'restoring', 'it is known who is signed in');
