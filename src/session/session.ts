/** The one session of this tab: what is known of it. Read-only for all but this folder's own files. */

import { createHintCookie, type HintCookie } from '../cookies.js';
import { createListeners, type Listeners } from '../events.js';
import { type Gate, gate, type Instant } from '../wait.js';
import { type AuthState, publicState } from './public-state.js';
import { type SessionRecord, UNKNOWN } from './session-record.js';

export type ChangeSource = 'this-tab' | 'another-tab';

export interface Session {
  /** The newest record that this tab has seen: its own, or another tab's. */
  readonly record: SessionRecord;
  /** What the app sees. */
  readonly state: AuthState;
  /** Opens on the next change. A part that waited compares it, and refuses its late result if another one stands there. */
  readonly change: Gate;
  /** Opens on the next record, also on one that changes nothing for those who wait. */
  readonly recordReplaced: Gate;
  /** Counts users: grows when the user leaves or another one comes. A request belongs to the version it was made in. */
  readonly userVersion: number;
  /** Sign-ins with a login request under way in this tab. */
  readonly signInsUnderWay: number;
  /** Counts the answers to sign-ins: of two, the one that came later counts, however long its body takes. */
  readonly signInAnswers: number;
  /** How many of them came before the sign-in of now, here or in another tab. */
  readonly outdatedAnswers: number;
  /** A sign-in with the cookie that is there. Until it has begun its session, records of other tabs are kept for later. */
  readonly cookieSignIn?: CookieSignIn | undefined;
  /**
   * When this tab began a session, or signed out, without knowing of the others' session. The first of their answers that
   * would undo it is refused, and no second one.
   */
  readonly beganUnaware?: Instant | undefined;
  /** What this tab knew, without its tokens, when its refresh token turned out to be spent. Other tabs may know no more. */
  readonly lost?: SessionRecord | undefined;
  readonly hint: HintCookie;
  readonly listeners: Listeners;
  /** Opens when the client is disposed of: then nothing changes any more, and no call waits any longer. */
  readonly disposed: Gate;
  /** For the parts of the client: called before the app hears of the change. */
  readonly onChange: (source: ChangeSource, previous: SessionRecord) => void;
}

export interface CookieSignIn {
  /** The newest record that other tabs have posted meanwhile. */
  readonly newestHeard?: SessionRecord | undefined;
  /** The attempt under way. It settles when the attempt is over. */
  readonly attempt?: Promise<void> | undefined;
  /** The user version of the session that it began. */
  readonly userVersion?: number | undefined;
  /** Why the server refused. */
  readonly refusal?: string | undefined;
  /** The user has signed out meanwhile, in another tab. */
  readonly isSignedOut?: boolean | undefined;
}

/** The newest record of all tabs, also one that a sign-in with the cookie keeps for later. */
export const newestKnown = ({ record, cookieSignIn }: Session): SessionRecord => cookieSignIn?.newestHeard ?? record;

export function createSession(
  disposed: Gate,
  onChange: Session['onChange'],
  hint: HintCookie = createHintCookie(undefined),
): Session {
  return {
    record: UNKNOWN,
    state: publicState(UNKNOWN, 0),
    change: gate(),
    recordReplaced: gate(),
    userVersion: 0,
    signInsUnderWay: 0,
    signInAnswers: 0,
    outdatedAnswers: 0,
    hint,
    listeners: createListeners(),
    disposed,
    onChange,
  };
}
