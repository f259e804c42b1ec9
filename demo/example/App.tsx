/** A whole app: who is signed in, what they have ordered, and a button to sign in or out. */

import { useState } from 'react';
import { AuthProvider, SignedIn, useAuth } from 'silent-refresh/react';
import { auth } from './auth.ts';

export const App = () => (
  <AuthProvider client={auth}>
    <SignedIn fallback={<Login />} restoring={<p>One moment…</p>}>
      <Account />
    </SignedIn>
  </AuthProvider>
);

function Login() {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ user: 'ada', password: 'demo' });
  const login = () => fetch('/auth/login', { method: 'POST', headers, body });
  const signIn = () => auth.signIn(login).catch(() => alert('That did not work; please try again.'));
  return (
    <button type="button" onClick={signIn}>
      Sign in as Ada
    </button>
  );
}

function Account() {
  const user = useAuth();
  const [orders, setOrders] = useState('No orders loaded yet.');
  const load = async () => setOrders(await (await user.fetch('/api/orders')).text());
  return (
    <>
      <h1>Hello {user.status === 'signed-in' && user.subject}</h1>
      <p>{orders}</p>
      <button type="button" onClick={load}>
        Load orders
      </button>{' '}
      <button type="button" onClick={() => user.signOut()}>
        Sign out
      </button>
    </>
  );
}
