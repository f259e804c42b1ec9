/** docs/frameworks/vue.md, run as it stands there. */

import type { AuthState } from 'silent-refresh';
import { describe } from 'vitest';
import { createApp, h, type Ref } from 'vue';
import { frameworkRecipe, showsTheState } from '../given/framework.ts';
import { textOfState } from '../given/shown.ts';

describe('Vue', () => {
  showsTheState(async (auth) => {
    const page = await frameworkRecipe<{ useAuth(): Ref<AuthState> }>('vue', 'onScopeDispose', auth);
    const composable = page.useAuth;
    const app = createApp({
      setup() {
        const state = composable();
        return () => h('p', textOfState(state.value));
      },
    });
    const container = document.createElement('div');
    app.mount(container);
    return { text: () => container.textContent ?? undefined, remove: () => app.unmount() };
  });
});
