/** Looks for a secret wherever a value could give it away. */

import { inspect } from 'node:util';

/**
 * The paths at which `value` shows the secret, or a part of it: its own properties at any depth (hidden ones, `stack` and
 * `cause` too), what it turns into as text and as JSON, and what a console prints of it.
 */
export function tracesOf(secret: string | RegExp, value: unknown): string[] {
  const shows = (text: string) => (typeof secret === 'string' ? text.includes(secret) : secret.test(text));
  const found: string[] = [];
  const seen = new Set<unknown>();

  function look(at: unknown, path: string): void {
    if (typeof at === 'string' && shows(at)) found.push(path);
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null || seen.has(at)) return;
    seen.add(at);
    if (at instanceof Headers || at instanceof Map || at instanceof Set) look([...at], `${path}[…]`);
    if (at instanceof Error && shows(String(at))) found.push(`String(${path})`);
    for (const key of Reflect.ownKeys(at))
      look(Object.getOwnPropertyDescriptor(at, key)?.value, `${path}.${String(key)}`);
    if (at instanceof Error) {
      look(at.message, `${path}.message`);
      look(at.stack, `${path}.stack`);
      look(at.cause, `${path}.cause`);
    }
  }

  look(value, 'it');
  if (shows(JSON.stringify(value) ?? '')) found.push('JSON.stringify(it)');
  if (shows(inspect(value, { depth: Infinity }))) found.push('inspect(it)');
  return found;
}
