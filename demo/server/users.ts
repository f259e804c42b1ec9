/** Who may sign in. */

import type { User } from '../../src/testing/server/sessions.ts';

const USERS: readonly User[] = [
  { id: 'ada', name: 'Ada' },
  { id: 'bob', name: 'Bob' },
];
const PASSWORD = 'demo';

/** `undefined`: no such user, or the wrong password. */
export const findUser = (id: string, password: string): User | undefined =>
  password === PASSWORD ? USERS.find((each) => each.id === id) : undefined;
