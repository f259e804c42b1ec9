/** A note in localStorage: the server signs users in without the hint cookie. Then its absence says nothing. */

import { readNote, writeNote } from './tab-notes.js';
import type { Tabs } from './tabs.js';

const NOTE = ' hint';

/** To be called when a token has come: somebody is signed in. */
export function noteHint(tabs: Tabs): void {
  const isMissing = tabs.hint.read() === '';
  if (isMissing !== !!readNote(tabs, NOTE)) writeNote(tabs, isMissing ? 'missing' : undefined, NOTE);
}

/** Whether the hint cookie says that nobody is signed in. */
export const isNobodyHinted = (tabs: Tabs): boolean => tabs.hint.read() === '' && !readNote(tabs, NOTE);
