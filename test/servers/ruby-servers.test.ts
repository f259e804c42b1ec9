/** Servers in Ruby, with tabs in this process. One whose packages are missing is named, and counts nothing. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDoorkeeper } from './other-languages.ts';
import type { UsualServer } from './usual-server.ts';
import { testIfInstalled } from './usual-suite.ts';

testIfInstalled('Doorkeeper', 'rotates, and detects no reuse', startDoorkeeper, () => {
  let server: UsualServer;
  beforeEach(async () => {
    server = await startDoorkeeper();
  });
  afterEach(() => server.close());

  it('it has an overlap: a spent token stays good until its successor’s access token is used', async () => {
    const post = async (fields: Record<string, string>) => {
      const body = new URLSearchParams({ client_id: 'spa', ...fields });
      return (await fetch(`${server.url}/oauth/token`, { method: 'POST', body })).json();
    };
    const { refresh_token } = await post({ grant_type: 'password', username: 'ada', password: 'secret' });
    const refresh = () => post({ grant_type: 'refresh_token', refresh_token });
    await refresh();
    const { access_token } = await refresh();
    expect(access_token).toEqual(expect.any(String));
    await fetch(`${server.url}/api/me`, { headers: { Authorization: `Bearer ${access_token}` } });
    expect(await refresh()).toMatchObject({ error: 'invalid_grant' });
  });
});
