/** docs/frameworks/solid.md, run as it stands there. */

import type { AuthState } from 'silent-refresh';
import { type Accessor, createRenderEffect, createRoot } from 'solid-js';
import { describe } from 'vitest';
import { frameworkRecipe, showsTheState } from '../given/framework.ts';
import { textOfState } from '../given/shown.ts';

describe('Solid', () => {
  showsTheState(async (auth) => {
    const { createUser } = await frameworkRecipe<{ createUser(): Accessor<AuthState> }>('solid', 'from((set)', auth);
    const text = document.createTextNode('');
    // What Solid makes of {…} in JSX.
    const remove = createRoot((dispose) => {
      const user = createUser();
      createRenderEffect(() => {
        text.data = textOfState(user());
      });
      return dispose;
    });
    return { text: () => text.data, remove };
  });
});
