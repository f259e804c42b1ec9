/** Signing out: here and in all tabs at once; at the server after a refresh in flight, so that it has the last word. */

import { type Listeners, reportProblem } from '../events.js';
import { ownOrigin, withoutQuery } from '../page.js';
import { type AuthRequestOptions, sendAuthRequest } from '../refresh/auth-request.js';
import type { RefreshParts } from '../refresh/refreshing.js';
import type { TokenEndpoint } from '../refresh/token-endpoint.js';
import { endSession, recordOvertaking, tellHintGone } from '../session/session-changes.js';
import { isOpen } from '../session/session-record.js';
import { markNoSession, markPending } from '../tabs/pending-request-mark.js';
import { handoverArrived } from '../tabs/session-sync.js';
import { runAlone } from '../tabs/tab-lock.js';
import { unlessOpen, within } from '../wait.js';

export interface SignOutResult {
  /**
   * Whether the server has answered 2xx, not with an HTML page, and no refresh can bring the cookie back. `false`: its
   * cookie may still be there; sign out again once it can be reached.
   */
  readonly serverConfirmed: boolean;
}

export interface SignOutSettings {
  readonly signOut: AuthRequestOptions | undefined;
  readonly tokenEndpoint: TokenEndpoint;
  readonly deadlines: { readonly signOut: number };
}

export interface Lifecycle {
  /** The sign-out whose request hasn't been sent yet: another call shares it. */
  unsentSignOut: Promise<boolean> | undefined;
  /** The refresh tokens that it will revoke. One stays until the server has confirmed that it is revoked. */
  readonly unrevoked: Set<string>;
}

export async function signOut(
  settings: SignOutSettings,
  parts: RefreshParts,
  lifecycle: Lifecycle,
): Promise<SignOutResult> {
  const { session } = parts;
  // There is no session on a server, or after `dispose()`.
  if (session.disposed.isOpen) return { serverConfirmed: false };
  const { refreshToken } = session.record;
  endSession(session, 'signed-out');
  if (refreshToken) lifecycle.unrevoked.add(refreshToken);
  if (!lifecycle.unsentSignOut) {
    const mine = signOutAtServer(settings, parts, lifecycle, () => {
      // Later sign-outs are about a later session.
      if (lifecycle.unsentSignOut === mine) lifecycle.unsentSignOut = undefined;
    });
    lifecycle.unsentSignOut = mine;
  }
  // `dispose()` frees callers, too.
  return { serverConfirmed: (await unlessOpen(session.disposed, lifecycle.unsentSignOut)) ?? false };
}

async function signOutAtServer(
  settings: SignOutSettings,
  { session, tabs, refreshing }: RefreshParts,
  lifecycle: Lifecycle,
  onSend: () => void,
): Promise<boolean> {
  let sent: Promise<boolean> | undefined;
  const send = () => {
    onSend();
    // Once. If a user has signed in meanwhile, the cookie is theirs; the refresh tokens of before are still to be revoked.
    const mine = isOpen(session.record) ? { ...settings, signOut: undefined } : settings;
    sent ??= sendSignOut(mine, session.listeners, lifecycle.unrevoked);
    return sent;
  };
  const sendOutOfTurn = async () => {
    recordOvertaking(session);
    await send();
    // A refresh may bring the cookie back.
    return false;
  };
  // A page that is being left can't wait for its turn. Its user already sees that they are signed out.
  let leaving: Promise<boolean> | undefined;
  const onLeave = () => {
    leaving = sendOutOfTurn();
  };
  globalThis.addEventListener?.('pagehide', onLeave);
  const isConfirmed = await runAlone(tabs, async ({ begin }) => {
    await handoverArrived(tabs, session);
    // A refresh token that was stored, and that this tab didn't know, is to be revoked, too.
    await refreshing.kept;
    begin();
    const isAnswered = !!(await send()) && !leaving;
    if (isAnswered && !isOpen(session.record)) markNoSession(tabs);
    tellHintGone(session);
    return isAnswered;
  }).catch(async () => {
    // Whoever has their turn next waits for it: it might delete the cookie of a sign-in.
    const endMark = markPending(tabs, 'user');
    await sendOutOfTurn();
    await endMark('answered');
    return false;
  });
  globalThis.removeEventListener?.('pagehide', onLeave);
  return isConfirmed;
}

/**
 * Where there is an endpoint for it: the option `signOut`, or the strategy's revocation of its refresh token. Whether all
 * of them have answered 2xx, and not with an HTML page. Never rejects, and ends in time.
 *
 * @param unrevoked loses the tokens whose revocation is confirmed
 */
export async function sendSignOut(
  settings: SignOutSettings,
  listeners: Listeners,
  unrevoked: Set<string>,
): Promise<boolean> {
  const isConfirmed = requestSignOut(settings, listeners, unrevoked).catch(() => false);
  return (await within(settings.deadlines.signOut, isConfirmed)) ?? false;
}

async function requestSignOut(
  { signOut, tokenEndpoint }: SignOutSettings,
  listeners: Listeners,
  unrevoked: Set<string>,
): Promise<boolean> {
  const { strategy, fetch } = tokenEndpoint;
  // Nobody could revoke them.
  if (!strategy.revoke) unrevoked.clear();
  const confirms = async (answer: Response | undefined, address: string | URL | undefined) => {
    const isConfirmed = await isConfirmation(answer);
    // A sick server may be well again at the next sign-out.
    if (!isConfirmed && answer && address && answer.status < 500 && answer.status !== 429) {
      const url = withoutQuery(new URL(address));
      reportProblem(listeners, { code: 'sign-out-not-confirmed', url, status: answer.status });
    }
    return isConfirmed;
  };
  // Async, so that one that throws at once doesn't keep the others from being sent.
  const revoke = async (refreshToken: string) => {
    const answer = await strategy.revoke?.({ fetch, refreshToken });
    const isConfirmed = await confirms(answer, answer?.url);
    if (isConfirmed) unrevoked.delete(refreshToken);
    return isConfirmed;
  };
  const end = async (request: AuthRequestOptions) => {
    const answer = await sendAuthRequest(request, { fetch }).catch((error: unknown) => {
      const url = new URL(request.url);
      // What CORS forbids to read looks like a network failure.
      if (url.origin !== ownOrigin() && globalThis.navigator?.onLine && error instanceof TypeError)
        reportProblem(listeners, { code: 'endpoint-unreadable', url: withoutQuery(url) });
      // The refusal of a request whose CSRF cookie was missing is thrown.
      return Object(error).response as Response | undefined;
    });
    return confirms(answer, request.url);
  };
  const requests = [...(signOut ? [end(signOut)] : []), ...[...unrevoked].map(revoke)];
  const confirmed = await Promise.all(requests);
  return confirmed.length > 0 && confirmed.every(Boolean);
}

/**
 * An HTML page comes from something else than the endpoint: a proxy, or the fallback of a single-page app. Django and
 * others call an empty answer HTML, too, even a 204: that is no page.
 */
async function isConfirmation(answer: Response | undefined): Promise<boolean> {
  if (!answer?.ok) return false;
  return !answer.headers.get('content-type')?.includes('html') || !(await answer.text());
}
