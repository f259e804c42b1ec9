/** Who may sign in. */

export interface User {
  readonly id: string;
  readonly name: string;
}

const USERS: readonly User[] = [
  { id: 'ada', name: 'Ada' },
  { id: 'bob', name: 'Bob' },
];
const PASSWORD = 'demo';

/** `undefined`: no such user, or the wrong password. */
export const findUser = (id: string, password: string): User | undefined =>
  password === PASSWORD ? USERS.find((each) => each.id === id) : undefined;
