/** Who is signed in, and until when; signing in and out. */

import { useEffect, useState } from 'react';
import type { AuthState, JwtClaims } from 'silent-refresh';
import { auth, signInAs } from './auth.ts';
import { noteError } from './journal.ts';

type State = AuthState<JwtClaims>;
type SignedIn = Extract<State, { status: 'signed-in' }>;

const WHY: Record<Extract<State, { status: 'signed-out' }>['reason'], string> = {
  'no-session': 'nobody was signed in',
  'signed-out': 'by the user',
  expired: 'the server ended the session',
};

export function describe(state: State): string {
  if (state.status === 'restoring') return 'Finding out who is signed in…';
  if (state.status === 'signed-out') return `Signed out: ${WHY[state.reason]}`;
  const name = state.claims?.name ?? state.subject;
  return typeof name === 'string' ? `Signed in as ${name}` : 'Signed in (the token is opaque)';
}

export function Session({ state }: { state: State }) {
  const [signOutResult, setSignOutResult] = useState('');

  async function signIn(user: string) {
    setSignOutResult('');
    await signInAs(user).catch((error: unknown) => noteError(`Sign-in as ${user}`, error));
  }

  async function signOut() {
    setSignOutResult('Asking the server…');
    const { serverConfirmed } = await auth.signOut();
    setSignOutResult(
      serverConfirmed ? 'The server confirmed it.' : 'The server did not confirm it: its cookie may still be there.',
    );
  }

  async function refresh() {
    await auth.refresh().catch((error: unknown) => noteError('Refresh', error));
  }

  return (
    <section aria-labelledby="session-title" className={`session ${state.status}`}>
      <h2 id="session-title">Session</h2>
      <p className="state">
        <span role="status" aria-live="polite" data-testid="state" data-status={state.status}>
          {describe(state)}
        </span>
      </p>
      <p className="detail">
        {state.status === 'signed-in' && <Expiry key={state.expiresAt} state={state} />}
        <span role="status" data-testid="sign-out-result">
          {state.status === 'signed-out' && signOutResult}
        </span>
      </p>
      <div className="buttons">
        <button type="button" data-testid="sign-in-ada" onClick={() => signIn('ada')}>
          Sign in as Ada
        </button>
        <button type="button" data-testid="sign-in-bob" onClick={() => signIn('bob')}>
          Sign in as Bob
        </button>
        <button type="button" data-testid="sign-out" onClick={signOut}>
          Sign out
        </button>
        <button type="button" data-testid="refresh" onClick={refresh}>
          Refresh now
        </button>
        <a href="/" target="_blank" rel="noopener" data-testid="second-tab">
          Open a second tab
        </a>
      </div>
    </section>
  );
}

/** Apart from the live region: a screen reader must not count the seconds. */
function Expiry({ state }: { state: SignedIn }) {
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);

  if (state.expiresAt === undefined) return <span data-testid="expires">The server did not say until when.</span>;
  const seconds = Math.max(0, Math.ceil((state.expiresAt - now) / 1_000));
  const generation = state.claims?.gen;
  return (
    <span data-testid="expires" data-seconds={seconds}>
      {seconds > 0 ? `The token expires in ${seconds} s` : 'The token has expired'}
      {typeof generation === 'number' && `, after ${generation} ${generation === 1 ? 'refresh' : 'refreshes'}`}
    </span>
  );
}
