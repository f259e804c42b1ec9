/** Faults where the refresh token is in no cookie, but with the pages, which send it in the body. */

import { type Fault, fault } from './fault.ts';

/** Of the rotation, and of what tabs tell each other of it. */
const ROTATION: readonly Fault[] = [
  fault(
    'nobody looks whether a rotation was missed',
    'refresh/held-refresh-token.ts',
    'if (await isRotationLost(tabs, session)) {',
    'if (isRotationLost === undefined) {',
  ),
  fault(
    'the refresh token isn’t handed to the other tabs',
    'tabs/tab-message.ts',
    'return { ...plain, refreshToken, value,',
    'return { ...plain, value,',
  ),
  fault(
    'what comes after dispose() is handed to nobody',
    'refresh/refresh-round.ts',
    'if (session.disposed.isOpen && refreshToken && !ended && id === atCall.id) {',
    'if (id === undefined) {',
  ),
  fault(
    'what comes after dispose() is neither marked nor stored',
    'refresh/refresh-round.ts',
    "await settings.tokenEndpoint.refreshToken?.keep(next, tabs, 'this-tab', refreshing.kept);",
    'void settings;',
  ),
  fault(
    'the name of a lock tells the refresh token',
    'tabs/handover-mark.ts',
    'JSON.stringify({ epoch, id, generation, ended })',
    'JSON.stringify({ ...record, epoch, id, generation, ended })',
  ),
];

/** Of the revocation. */
const REVOCATION: readonly Fault[] = [
  fault(
    'the sign-out doesn’t revoke',
    'lifecycle/sign-out.ts',
    'if (refreshToken) lifecycle.unrevoked.add(refreshToken);',
    'void refreshToken;',
  ),
  fault(
    'nobody revokes the newest refresh token, which the tab that signs out doesn’t have',
    'client-parts.ts',
    'else if (isRevocationLeft(previous, session.record)) void',
    'else if (isRevocationLeft === undefined) void',
  ),
  fault(
    'what comes after the sign-out isn’t revoked',
    'client-parts.ts',
    'if (refreshToken) parts.lifecycle.unrevoked.add(refreshToken);',
    'void refreshToken;',
  ),
  fault(
    'what comes with the access token of now is forgotten after the sign-out',
    'refresh/refresh-round.ts',
    "if ('grant' in verdict) await endLateGrant(",
    "if (verdict.verdict === 'renewed') await endLateGrant(",
  ),
];

/** Of the option `storage`. */
const STORAGE: readonly Fault[] = [
  fault(
    'what is stored isn’t recalled',
    'refresh/held-refresh-token.ts',
    'if (stored && recallRecord(session, stored) && wasKnown) await askPeers(tabs, session);',
    'void [stored, recallRecord, wasKnown, askPeers];',
  ),
  fault(
    'an old refresh token takes the place of a newer one',
    'refresh/held-refresh-token.ts',
    'if (stored && isOutdated(record, stored, source)) return undefined;',
    'void isOutdated;',
  ),
  fault(
    'what another tab rotated isn’t stored',
    'refresh/held-refresh-token.ts',
    'if (!record.epoch || !getStorage || isWithout) return undefined;',
    "if (!record.epoch || !getStorage || source === 'another-tab') return undefined;",
  ),
  fault(
    'a sign-out leaves what is stored',
    'refresh/held-refresh-token.ts',
    'else await removeStored(getStorage, tabs);',
    '',
  ),
  fault(
    'the access token is stored, too',
    'refresh/refresh-token-storage.ts',
    'record: { ...record, token: undefined }',
    'record',
  ),
];

export const FAULTS_WITHOUT_COOKIE: readonly Fault[] = [...ROTATION, ...REVOCATION, ...STORAGE];
