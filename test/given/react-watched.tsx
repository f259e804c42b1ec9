/** A component that is watched at each of its renderings, and a client whose token endpoint answers as it is told. */

import type { ReactNode, StrictMode } from 'react';
import type { AuthClient, AuthState } from 'silent-refresh';
import { type Auth, AuthProvider, useAuth } from 'silent-refresh/react';
import { Watch } from '../world/components.tsx';
import { openTab } from '../world/tabs.ts';
import { draw } from '../world/tree.tsx';
import { rest } from '../world/waiting.ts';

export const ADA = { sub: 'ada', roles: ['reader', 'editor'], plan: { name: 'pro', exp: 1, seats: [1, 2] } };

/** A tab in which somebody is signed in, and whose token endpoint answers as it is told. */
export async function signedIn(answer: object) {
  let next = answer;
  const auth = openTab({ refresh: async () => next, signOut: undefined });
  await auth.setSession(answer);
  return {
    auth,
    async refresh(answer: object) {
      next = answer;
      await auth.refresh();
      await rest();
    },
  };
}

export const useWhole = useAuth as () => Auth;

/** The state, where somebody is signed in. */
export const session = <State extends AuthState>(state: State | undefined) =>
  state?.status === 'signed-in' ? (state as State & { status: 'signed-in' }) : undefined;

/** A component below a provider, and what it sees at each of its renderings. */
export async function drawWatch<Seen>(auth: AuthClient, use: () => Seen, Around: typeof StrictMode = Plain) {
  const seen: Seen[] = [];
  const content = () => (
    <Around>
      <AuthProvider client={auth}>
        <Watch use={use} seen={seen} />
      </AuthProvider>
    </Around>
  );
  const tree = await draw(content());
  return { seen, drawAgain: () => tree.draw(content()), remove: tree.remove };
}

const Plain = (({ children }: { children?: ReactNode }) => children) as unknown as typeof StrictMode;

/** Shows one claim of who is signed in. */
export function Claim({ name }: { readonly name: string }) {
  return <i>{String(useAuth((state) => (session(state)?.claims as Record<string, unknown>)?.[name]))} </i>;
}
