/** docs/frameworks/svelte.md, run as it stands there. */

import type { AuthState } from 'silent-refresh';
import { mount, unmount } from 'svelte';
import { get, type Readable } from 'svelte/store';
import { describe, expect, it } from 'vitest';
import { frameworkRecipe, showsTheState } from '../given/framework.ts';
import { textOfState } from '../given/shown.ts';
import { compileSvelte } from '../given/svelte-component.ts';
import { startAuthServer } from '../world/auth-server.ts';
import { openTab } from '../world/tabs.ts';

interface User {
  readonly state: AuthState;
}

describe('Svelte 5, in a component', () => {
  showsTheState(async (auth) => {
    const { user } = await frameworkRecipe<{ user: User }>('svelte', 'createSubscriber', auth);
    const Shown = await compileSvelte('<script>let { user, textOf } = $props();</script><p>{textOf(user.state)}</p>');
    const target = document.createElement('div');
    const component = mount(Shown, { target, props: { user, textOf: textOfState } });
    return { text: () => target.textContent ?? undefined, remove: () => void unmount(component) };
  });
});

describe('Svelte, as a store', () => {
  showsTheState(async (auth) => {
    const { user } = await frameworkRecipe<{ user: Readable<AuthState> }>('svelte', 'readable(', auth);
    let text: string | undefined;
    const remove = user.subscribe((state) => {
      text = textOfState(state);
    });
    return { text: () => text, remove };
  });

  it('what has changed before somebody listens is not missed', async () => {
    const server = startAuthServer();
    const auth = openTab();
    const { user } = await frameworkRecipe<{ user: Readable<AuthState> }>('svelte', 'readable(', auth);
    await auth.signIn(server.login('ada'));
    expect(textOfState(get(user))).toBe('ada');
  });
});
