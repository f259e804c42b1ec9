/** All state of a client, one line for each owner; and the calls from one part to another that go up the floors. */

import type { ClientSettings } from './client-options.js';
import { createHintCookie } from './cookies.js';
import { emit, reportProblem } from './events.js';
import { type Lifecycle, sendSignOut } from './lifecycle/sign-out.js';
import { pauseAsTold, resetCoolDown } from './refresh/cool-down.js';
import { forgetOtherUsers, recordHopelessElsewhere } from './refresh/fruitless-refreshes.js';
import { postPause } from './refresh/refresh-round.js';
import { lookAround, retryLater, spreadNextRefresh } from './refresh/refresh-schedule.js';
import { createRefreshing, type Refreshing } from './refresh/refreshing.js';
import { type ChangeSource, createSession, type Session } from './session/session.js';
import { closeSession, recordOvertaking } from './session/session-changes.js';
import { hasNewToken, isRevocationLeft, type SessionRecord } from './session/session-record.js';
import { leaveSignIns } from './session/sign-ins.js';
import { noteHint } from './tabs/hint-note.js';
import { type PeerHandlers, post, postChange, receiveMessage } from './tabs/session-sync.js';
import { openTabChannel } from './tabs/tab-channel.js';
import type { Tabs } from './tabs/tabs.js';
import { type Gate, gate } from './wait.js';

export interface ClientParts {
  /** What the options have become: frozen. */
  readonly settings: ClientSettings;
  /** The user's session, as this tab knows it. Only `session/` changes it. */
  readonly session: Session;
  /** The channel to the other tabs, and the turns that they take. */
  readonly tabs: Tabs;
  /** The refresh under way, the pause after a failure, the next one's timer, what 401s have cost. */
  readonly refreshing: Refreshing;
  /** The sign-out that waits for its turn. */
  readonly lifecycle: Lifecycle;
  /** Opens when the client is disposed of. */
  readonly disposed: Gate;
}

/** @param isAlone shares nothing with other tabs */
export function createParts(settings: ClientSettings, isAlone: boolean): ClientParts {
  const disposed = gate();
  const hint = createHintCookie(settings.hintCookie);
  const parts: ClientParts = {
    settings,
    session: createSession(disposed, (source, previous) => onChange(parts, source, previous), hint),
    tabs: {
      ...settings.tabs,
      locks: isAlone ? undefined : globalThis.navigator?.locks,
      channel: isAlone ? undefined : openTabChannel(settings.tabs.name, (data) => onMessage(parts, data)),
      deadlines: settings.deadlines,
      hint,
      isFrozen: false,
      disposed,
      queue: Promise.resolve(),
    },
    refreshing: createRefreshing((address, refused) => postRefused(parts, address, refused), {
      onFailure: () => retryLater(parts),
      onLateGrant: (refreshToken, wasOvertaken) => {
        if (refreshToken) parts.lifecycle.unrevoked.add(refreshToken);
        // A sign-out that is still to come sends the request of the option `signOut` itself.
        const sent = wasOvertaken ? settings : { ...settings, signOut: undefined };
        return sendSignOut(sent, parts.session.listeners, parts.lifecycle.unrevoked);
      },
    }),
    lifecycle: { unsentSignOut: undefined, unrevoked: new Set() },
    disposed,
  };
  if (!isAlone) reportLacks(parts);
  return parts;
}

/** What the page lacks. Soon, so that the app can listen. */
function reportLacks({ session: { listeners }, tabs: { locks, channel } }: ClientParts): void {
  const { isSecureContext } = globalThis;
  queueMicrotask(() => {
    if (!locks) reportProblem(listeners, { code: 'no-web-locks', isSecureContext });
    if (channel?.type !== 'native') reportProblem(listeners, { code: 'no-broadcast-channel', isSecureContext });
  });
}

/** The client is disposed of. */
export function closeParts({ session, tabs, refreshing, lifecycle, disposed }: ClientParts): void {
  leaveSignIns(session);
  // It is sent now, out of its turn.
  if (lifecycle.unsentSignOut) recordOvertaking(session);
  disposed.open();
  // It may have spent the refresh token: what it brings is the other tabs', or is revoked.
  const lastCall = session.record.refreshToken || session.record.ended ? refreshing.call : undefined;
  closeSession(session, lastCall);
  const closeChannel = () => void tabs.channel?.close()?.catch(() => {});
  if (lastCall) lastCall.then(closeChannel, closeChannel);
  else closeChannel();
}

function onChange(parts: ClientParts, source: ChangeSource, previous: SessionRecord): void {
  const { settings, session, tabs, refreshing, disposed } = parts;
  const { token, generation, ended } = session.record;
  DEVELOPMENT: emit(session.listeners, 'session-changed', { by: source, token: token && generation, ended });
  forgetOtherUsers(refreshing.fruitless, session.userVersion);
  const isNew = hasNewToken(session.record, previous);
  if (isNew) spreadNextRefresh(parts, previous);
  if (isNew && source === 'this-tab' && noteHint(tabs))
    reportProblem(session.listeners, { code: 'hint-cookie-missing', cookie: settings.hintCookie });
  if (disposed.isOpen || isNew) resetCoolDown(refreshing.coolDown);
  keepRefreshToken(parts, source);
  if (source === 'this-tab') postChange(tabs, session);
  else if (isRevocationLeft(previous, session.record)) void refreshing.onLateGrant(previous.refreshToken, false);
  lookAround(parts);
}

/** Else each tab would find out for itself, by a refresh of its own. */
function postRefused({ tabs, session: { record } }: ClientParts, address: string, refused: string): void {
  const { id, generation, token } = record;
  if (token?.value === refused) post(tabs, { kind: 'refused', id, generation, address });
}

/** One change after the other. */
function keepRefreshToken({ settings, session, tabs, refreshing, lifecycle }: ClientParts, source: ChangeSource): void {
  const { refreshToken } = settings.tokenEndpoint;
  if (!refreshToken) return;
  refreshing.kept = refreshToken.keep(session, tabs, source, refreshing.kept).then((unneeded) => {
    // This tab's own sign-out is still to be sent.
    if (source === 'this-tab' && unneeded) lifecycle.unrevoked.add(unneeded);
    else if (unneeded) void refreshing.onLateGrant(unneeded, false);
  });
}

function onMessage(parts: ClientParts, data: unknown): void {
  const { session, tabs, refreshing } = parts;
  const handlers: PeerHandlers = {
    onPause(news) {
      if (!pauseAsTold(refreshing.coolDown, news)) return;
      DEVELOPMENT: emit(session.listeners, 'paused', { ms: news.ms, isNamed: news.isNamed, by: 'another-tab' });
    },
    onAsk: () => postPause(parts),
    onRefused({ id, generation, address }) {
      const { record } = session;
      if (!record.token || id !== record.id || generation !== record.generation) return;
      recordHopelessElsewhere(refreshing.fruitless, address, record.token.value);
    },
  };
  receiveMessage(tabs, session, handlers, data);
}
