/** P7: the recipe for caches, as docs/how-to.md has it. */

import { expect, it } from 'vitest';
import { adasTab } from '../../given/ada.ts';
import { recipe } from '../../given/recipe.ts';
import { API, startAuthServer } from '../../world/auth-server.ts';

it.each(['signs in', 'signs in after a sign-out'])(
  'Bob, who %s, sees no answer that was on its way to Ada',
  async (how) => {
    const server = startAuthServer();
    const auth = await adasTab(server);
    const { load } = recipe<{ load(url: string): Promise<unknown> }>(
      'docs/how-to.md',
      "auth.on('user-changed', forget)",
      {
        './auth': { auth },
      },
    );
    const held = server.holdApi();
    const adas = load(`${API}/me`);
    await held.arrived;
    if (how !== 'signs in') await auth.signOut();
    await auth.signIn(server.login('bob'));
    held.release();

    expect(await adas).toMatchObject({ user: 'ada' });
    expect(await load(`${API}/me`)).toMatchObject({ user: 'bob' });
    expect(await load(`${API}/me`)).toMatchObject({ user: 'bob' });
    expect(server.apiRequests).toHaveLength(2);
  },
);
