/** What several rules look for. */

import { bearerOf } from '../../../src/testing/server/access-tokens.ts';
import type { Plan } from '../schedule/plan.ts';
import { LONGEST_NEWS } from '../world/cookies.ts';
import type { Exchange } from '../world/network.ts';
import { LONGEST_WRITE } from '../world/storage.ts';
import type { Scene } from './judge.ts';

/**
 * Milliseconds that the client waits for the answer to a request of a page that is gone: half of `refreshTimeout`, less
 * what its clock rounds off.
 */
export const ORPHAN_WAIT = 4_998;

/** Milliseconds that it waits for it in any case where no hint cookie tells that it has come; for a visitor's, too. */
export const VISITOR_WAIT = 998;

/** Whether a hint cookie tells of sessions. */
export const isHinted = ({ world }: Plan): boolean => world.hint === 'of-sessions' || world.hint === 'of-rotations';

/** Milliseconds that the client waits at least for the answer to a request of a page that is gone. */
export function orphanWait({ plan, browser }: Scene, { sentAt, isOfVisitor }: Exchange): number {
  // Who sees another value takes the answer for come, whoever has set it. The page that is gone may not have seen it yet.
  if (isHinted(plan) && browser.network.hintChangedAt > sentAt - LONGEST_NEWS) return 0;
  // Without a value that could change, how long refreshes have taken bounds the wait.
  const isBlind = !isHinted(plan) || !browser.network.hint;
  return isBlind || isOfVisitor ? VISITOR_WAIT : ORPHAN_WAIT;
}

export const isRefresh = ({ request }: Exchange): boolean => request.endpoint === 'refresh';

/** Whether the answer brings a token, as one of the auth server does it that is well. */
export const bringsToken = ({ end, answer }: Exchange): boolean =>
  end === 'answered' && answer?.status === 200 && typeof answer.body !== 'string';

export const bearerIn = ({ request }: Exchange): string | undefined => bearerOf(request.headers.get('authorization'));

/** Whether the API refused the token. */
export const isRefusal = ({ answer }: Exchange): boolean =>
  answer?.status === 401 || (answer?.body as { error?: string } | undefined)?.error === 'invalid_token';

/** Whether each tab hears of everything, as in a browser. */
export const isMirrored = ({ world }: Plan): boolean =>
  world.hasChannel && world.lostMessages === 0 && world.names === 1;

/**
 * Whether nobody could see the mark of a request that a page has left behind: there is no storage, the clock by which the
 * mark tells its age was wrong, or the page went before its mark had arrived.
 */
export const isUnmarked = ({ plan, areClocksWrong }: Scene, { page, sentAt }: Exchange): boolean =>
  plan.world.storage !== 'works' || areClocksWrong || leftAt(page, sentAt) - sentAt < 2 * LONGEST_WRITE;

/** When the page lost the lock of a request: it went, or WebKit took the lock. */
const leftAt = ({ goneAt, lostLocksAt }: Exchange['page'], sentAt: number): number =>
  lostLocksAt >= sentAt ? Math.min(goneAt, lostLocksAt) : goneAt;

/** Whether nobody holds the lock for a request any more: its page is gone, or has lost its locks. */
export const isOrphan = ({ page, sentAt }: Exchange): boolean => !page.isAlive || page.lostLocksAt >= sentAt;
