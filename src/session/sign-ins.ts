/** Sign-ins under way in this tab, and whose the requests are that are made meanwhile. */

import { abortable } from '../wait.js';
import { adoptIfNewer } from './adopt-record.js';
import type { Grant } from './grant.js';
import type { Writable } from './record-change.js';
import type { CookieSignIn, Session } from './session.js';
import { beginSession, doubtUser } from './session-changes.js';
import { changesUser, grantedFields } from './session-record.js';

/** Runs a login request. This tab's requests don't wait for tokens meanwhile: one of them may be the login itself. */
export async function duringSignIn(session: Writable<Session>, run: () => Promise<void>): Promise<void> {
  session.signInsUnderWay++;
  try {
    await run();
  } finally {
    session.signInsUnderWay--;
  }
}

/** An answer to a sign-in has come: its place among them. */
export const countAnswer = (session: Writable<Session>): number => ++session.signInAnswers;

/**
 * Whether somebody else has signed in since that answer came, here or in another tab. The same user does no harm: a refresh
 * of another tab may have found the cookie of this very sign-in.
 */
export const isOutdated = ({ record, outdatedAnswers }: Session, answer: number, grant: Grant): boolean =>
  answer <= outdatedAnswers && changesUser(record, { ...record, id: '', ...grantedFields(grant) });

/** Tries to sign in with the cookie that is there; joins the attempt that is under way. */
export function attemptCookieSignIn(
  session: Writable<Session>,
  attempt: (signIn: CookieSignIn) => Promise<void>,
): Promise<void> {
  session.cookieSignIn ??= {};
  const signIn: Writable<CookieSignIn> = session.cookieSignIn;
  signIn.attempt ??= attempt(signIn).finally(() => {
    signIn.attempt = undefined;
  });
  return signIn.attempt;
}

/** The server has accepted the cookie. */
export function beginCookieSession(session: Writable<Session>, signIn: Writable<CookieSignIn>, grant: Grant): void {
  session.outdatedAnswers = session.signInAnswers;
  beginSession(session, grant);
  signIn.userVersion = session.userVersion;
}

/** The server has refused the cookie of this sign-in. */
export function refuseCookieSignIn(session: Session, signIn: Writable<CookieSignIn>, refusal: string): void {
  signIn.refusal = refusal;
  if (session.cookieSignIn === signIn) abandonCookieSignIn(session);
}

/** No session begins. What other tabs have posted meanwhile counts again. */
export function abandonCookieSignIn(session: Writable<Session>): void {
  const heard = session.cookieSignIn?.newestHeard;
  session.cookieSignIn = undefined;
  if (heard) adoptIfNewer(session, heard, 'news');
}

/** The client is disposed of while sign-ins are under way: their cookie may still arrive. */
export function leaveSignIns(session: Session): void {
  if (session.signInsUnderWay || session.cookieSignIn) doubtUser(session);
}

/**
 * The user version to which a call of now belongs. During a sign-in with the cookie, and while no user shows, it is that of
 * the session to come.
 */
export function userVersionOfCall(
  { cookieSignIn, userVersion, signInsUnderWay, state }: Session,
  signal: AbortSignal | null | undefined,
): number | Promise<number> {
  // The requests of a login that is under way don't wait, either.
  if (!cookieSignIn?.attempt || signInsUnderWay || state.status === 'signed-in') return userVersion;
  const over = cookieSignIn.attempt.then(
    () => cookieSignIn.userVersion ?? userVersion,
    () => userVersion,
  );
  return abortable(over, signal);
}
