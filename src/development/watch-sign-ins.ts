/**
 * Whether a sign-in's cookie was kept shows at the next refresh, and often that is the one after a reload. The client then
 * knows of no sign-in: a mark in sessionStorage says so, in development.
 */

import type { DebugEntry } from '../events.js';

/** Milliseconds. Later, the session may be over for any reason. */
const SOON = 600_000;

/**
 * @param name of the client, and where its endpoint is
 * @param onRefusal called when the first refresh after a sign-in of an earlier page is refused
 * @returns what is to hear of each entry
 */
export function watchSignIns(name: string, onRefusal: () => void): (entry: DebugEntry) => void {
  const key = `silent-refresh:signed-in ${name}`;
  let isRefresh = false;
  return (entry) => {
    if (entry.what === 'refresh-answered') {
      isRefresh = entry.verdict === 'renewed' || entry.verdict === 'unchanged';
      if (entry.verdict === 'rejected' && Date.now() - Number(readMark(key)) < SOON) onRefusal();
      if (isRefresh || entry.verdict === 'rejected') setMark(key, undefined);
    } else if (entry.what === 'session-changed') {
      // The first token of a session that comes without a refresh is that of a sign-in; a later one came by the cookie.
      const isSignIn = entry.by === 'this-tab' && entry.token === 1 && !isRefresh;
      isRefresh = false;
      if (isSignIn) setMark(key, String(Date.now()));
      else if (entry.ended || Number(entry.token) > 1) setMark(key, undefined);
    }
  };
}

/** A sandboxed frame has no storage, and a reload there begins anew. */
function readMark(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function setMark(key: string, value: string | undefined): void {
  try {
    if (value === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // As above.
  }
}
