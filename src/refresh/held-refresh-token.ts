/** The refresh token where no cookie holds it: the newest one is found before a refresh, and kept after each change. */

import { recallRecord } from '../session/adopt-record.js';
import type { ChangeSource } from '../session/session.js';
import { isNewer, isOpen, isRevocationLeft, type SessionRecord } from '../session/session-record.js';
import { isRotationLost, isSignedOutSince, markRotation } from '../tabs/rotation-mark.js';
import { askPeers } from '../tabs/session-sync.js';
import type { RefreshTokenHolder } from './refresh-token-holder.js';
import { type GetStorage, readStored, removeStored, store } from './refresh-token-storage.js';

export const holdRefreshToken = (getStorage: GetStorage, clientId: string | undefined): RefreshTokenHolder => ({
  clientId,
  hasStorage: !!getStorage,

  async find(session, tabs) {
    const wasKnown = isOpen(session.record);
    const stored = await readStored(getStorage, tabs);
    // This tab has missed a message: the tab that has refreshed may still be there.
    if (stored && recallRecord(session, stored) && wasKnown) await askPeers(tabs, session);
    if (await isRotationLost(tabs, session)) {
      // That of now: it may have come meanwhile, from a tab that has missed the rotation, too.
      const { refreshToken } = session.record;
      await removeStored(getStorage, tabs);
      if (refreshToken) return 'its newest refresh token has gone with a closed page';
    }
    return session.record.refreshToken
      ? undefined
      : 'there is no refresh token: no sign-in, and no other tab, has given one';
  },

  async keep({ record }, tabs, source, before) {
    const isMarked = source === 'another-tab' || markRotation(tabs, record);
    await before;
    // The storage fallback brings no refresh token: the tab that has it stores it.
    const isWithout = source === 'another-tab' && !record.refreshToken && !record.ended;
    if (!record.epoch || !getStorage || isWithout) return undefined;
    const stored = await readStored(getStorage, tabs);
    if (stored && isOutdated(record, stored, source)) return undefined;
    // By another client, while this one was disposed of and its request still ran.
    if (record.refreshToken && isSignedOutSince(tabs, record)) return record.refreshToken;
    if (record.refreshToken && isMarked) await store(getStorage, tabs, record);
    else await removeStored(getStorage, tabs);
    // There may be room for it now.
    if (!isMarked) markRotation(tabs, record);
    const isUnneeded =
      source === 'this-tab' ? record.ended === 'signed-out' : stored && isRevocationLeft(stored, record);
    return isUnneeded ? stored?.refreshToken : undefined;
  },
});

/** Whether what is stored is the newer one. What this tab has begun or ended itself counts, whatever its clock says. */
const isOutdated = (record: SessionRecord, stored: SessionRecord, source: ChangeSource): boolean =>
  isNewer(stored, record) && (source === 'another-tab' || (stored.id === record.id && !record.ended));
