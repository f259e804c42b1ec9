/** docs/frameworks/preact.md, run as it stands there. */

import type { Signal } from '@preact/signals';
import { h, render } from 'preact';
import type { AuthState } from 'silent-refresh';
import { describe } from 'vitest';
import { frameworkRecipe, showsTheState } from '../given/framework.ts';
import { textOfState } from '../given/shown.ts';

function drawn(Shown: () => string) {
  const container = document.createElement('div');
  render(h(Shown as never, {}), container);
  return { text: () => container.textContent ?? undefined, remove: () => render(null, container) };
}

describe('Preact, by the hook', () => {
  showsTheState(async (auth) => {
    const { useAuth } = await frameworkRecipe<{ useAuth(): AuthState }>('preact', 'useState', auth);
    return drawn(() => textOfState(useAuth()));
  });
});

describe('Preact, by the signal', () => {
  showsTheState(async (auth) => {
    const { user } = await frameworkRecipe<{ user: Signal<AuthState> }>('preact', 'signal(', auth);
    return drawn(() => textOfState(user.value));
  }, 'the page');
});
