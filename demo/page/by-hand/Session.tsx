/** Who is signed in, and until when; signing in and out. */

import { useEffect, useState } from 'react';
import type { AuthState, JwtClaims } from 'silent-refresh';
import { useAuth } from 'silent-refresh/react';
import { signInAs } from '../instruments/instrumented-client.ts';
import { noteError } from './journal.ts';

const WHY: Record<Extract<AuthState, { status: 'signed-out' }>['reason'], string> = {
  'no-session': 'Nobody is signed in yet',
  'signed-out': 'Signed out by the user',
  expired: 'Signed out: the server ended the session',
};

function describe(state: AuthState<JwtClaims>): string {
  if (state.status === 'restoring') return 'Finding out who is signed in…';
  if (state.status === 'signed-out') return WHY[state.reason];
  const name = state.claims?.name ?? state.subject;
  return typeof name === 'string' ? `Signed in as ${name}` : 'Signed in (the token is opaque)';
}

export function Session() {
  const auth = useAuth();
  const [signOutResult, setSignOutResult] = useState('');
  const status = describe(auth);

  useEffect(() => {
    document.title = `${status} · silent-refresh demo`;
  }, [status]);

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
    await auth.client.refresh().catch((error: unknown) => noteError('Refresh', error));
  }

  return (
    <section aria-labelledby="session-title" className={`panel session ${auth.status}`}>
      <h3 id="session-title">Session</h3>
      <p className="state">
        <span role="status" aria-live="polite" data-testid="state" data-status={auth.status}>
          {status}
        </span>
      </p>
      <p className="detail">
        {auth.status === 'signed-in' && <Expiry />}
        <span role="status" data-testid="sign-out-result">
          {auth.status === 'signed-out' && signOutResult}
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
      </div>
    </section>
  );
}

/** Apart from the live region: a screen reader must not count the seconds. */
function Expiry() {
  // Each by itself: a refresh that changes nothing else makes no component render, but for those that ask for this.
  const expiresAt = useAuth((state) => (state.status === 'signed-in' ? state.expiresAt : undefined));
  const generation = useAuth((state) => (state.status === 'signed-in' ? state.claims?.gen : undefined));
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);

  if (expiresAt === undefined) return <span data-testid="expires">The server did not say until when.</span>;
  const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1_000));
  return (
    <span data-testid="expires" data-seconds={seconds}>
      {seconds > 0 ? `By this tab’s clock, the token expires in ${seconds} s` : 'The token has expired'}
      {typeof generation === 'number' && `, after ${generation} ${generation === 1 ? 'refresh' : 'refreshes'}`}
    </span>
  );
}
