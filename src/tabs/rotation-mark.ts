/** A mark in localStorage, for refresh tokens in memory: the newest rotation, and whether a tab may still have its token. */

import type { Session } from '../session/session.js';
import { catchUp } from '../session/session-changes.js';
import { isNewer, rotationOf, type SessionRecord, UNKNOWN } from '../session/session-record.js';
import { elapsed, now, opened } from '../wait.js';
import { post } from './session-sync.js';
import type { Tabs } from './tabs.js';

/** What the order of records needs, and no token: every script of the origin can read it. */
interface Rotation extends Pick<SessionRecord, 'epoch' | 'id' | 'generation' | 'rotation'> {
  /** No tab has its refresh token: the session has ended, or every tab was asked in vain. */
  readonly isGone: boolean;
}

/** Milliseconds that a tab which has missed a rotation waits for one that has its token. */
const ANSWERED_WITHIN = 1_000;

/** A page that has stood still while it asked may have missed the answers, and asks once more. */
const ASKED_AT_MOST = 2;

/**
 * To be called after each change that this tab has made. What it has begun itself counts, whatever its clock says.
 *
 * @returns whether the other tabs can know of it
 */
export function markRotation(tabs: Tabs, record: SessionRecord): boolean {
  const newest = newestRotation(tabs);
  if (newest.id === record.id && isNewer(newest, record)) return true;
  const { epoch, id, generation, rotation, ended } = record;
  return !epoch || writeMark(tabs, { epoch, id, generation, rotation, isGone: !!ended });
}

/** Whether the user has signed out of this session since: a sign-out is later than all of it. */
export function isSignedOutSince(tabs: Tabs, { epoch, id }: SessionRecord): boolean {
  const newest = newestRotation(tabs);
  return newest.isGone && newest.id === id && newest.epoch > epoch;
}

/**
 * Whether this tab has missed a rotation, and no other tab has its refresh token any more. An old one must not be
 * presented: the server would take that for a theft (RFC 9700 §4.14.2).
 */
export async function isRotationLost(tabs: Tabs, session: Session): Promise<boolean> {
  // Read again each time: another tab's mark may arrive late, and mustn't be overwritten.
  const missed = () => {
    const newest = newestRotation(tabs);
    return isNewer(newest, session.record) ? newest : undefined;
  };
  const isAwaited = () => missed()?.isGone === false;
  for (let asked = 0; isAwaited() && asked < ASKED_AT_MOST; asked++) {
    const since = now();
    post(tabs, { kind: 'ask' });
    while (isAwaited() && elapsed(since) < ANSWERED_WITHIN) {
      await opened(session.recordReplaced, ANSWERED_WITHIN - elapsed(since));
    }
    // Else the page has stood still, in the back/forward cache say.
    if (elapsed(since) < 2 * ANSWERED_WITHIN) break;
  }
  const lost = missed();
  if (!lost) return false;
  const { epoch, id } = session.record;
  // The server gives no new one each time, or never does.
  if (lost.epoch === epoch && lost.id === id && rotationOf(lost) === rotationOf(session.record)) {
    catchUp(session, lost.generation);
    return false;
  }
  // The next one needn't wait.
  writeMark(tabs, { ...lost, isGone: true });
  return true;
}

const keyOf = ({ name }: Tabs): string => `${name} rotation`;
const NONE: Rotation = { ...UNKNOWN, isGone: true };

function newestRotation(tabs: Tabs): Rotation {
  try {
    const mark = tabs.channel && localStorage.getItem(keyOf(tabs));
    return { ...NONE, ...(mark && JSON.parse(mark)) };
  } catch {
    return NONE;
  }
}

/** Whether it is written. Where there is no storage, no tab expects a mark. */
function writeMark(tabs: Tabs, rotation: Rotation): boolean {
  try {
    if (tabs.channel) globalThis.localStorage?.setItem(keyOf(tabs), JSON.stringify(rotation));
    return true;
  } catch {
    // It is full, say: a tab that has missed a rotation can't know that.
    return false;
  }
}
