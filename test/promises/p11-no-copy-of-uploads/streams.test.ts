/** P11: a stream can be sent once only, and is not copied so that it could be sent twice. */

import { BodyNotReplayableError, SessionExpiredError } from 'silent-refresh';
import { describe, expect, it } from 'vitest';
import { expired, signedIn } from '../../given/ada.ts';
import { failureOf } from '../../given/failures.ts';
import { textOf } from '../../given/received.ts';
import { API } from '../../world/auth-server.ts';
import { jumpWallClock } from '../../world/clocks.ts';

describe('a stream can be sent once only', () => {
  const stream = () => new Blob(['a stream']).stream();
  const upload = (body: ReadableStream = stream()) => ({ method: 'POST', body, duplex: 'half' }) as RequestInit;

  it('a stream that meets a 401 is sent once only', async () => {
    const { server, auth } = await expired();

    const error = await failureOf(auth.fetch(`${API}/upload?secret=1`, upload()));

    expect(error).toBeInstanceOf(BodyNotReplayableError);
    expect(error).toMatchObject({ code: 'body-not-replayable', retryable: false });
    expect(String(error)).toContain(`POST ${API}/upload`);
    expect(String(error)).not.toContain('secret');
    expect(server.apiRequests).toHaveLength(1);

    expect((await auth.fetch(`${API}/upload`, upload())).status).toBe(200);
    expect(server.refreshCalls).toBe(1);
    expect(textOf(server.apiRequests[1])).toBe('a stream');
  });

  it('a stream with a name of one’s own is sent as a stream', async () => {
    const named = () => Object.defineProperty(stream(), Symbol.toStringTag, { value: 'Progress' });
    const { server, auth } = await signedIn();
    await auth.fetch(`${API}/upload`, upload(named()));
    expect(textOf(server.apiRequests[0])).toBe('a stream');
    server.expireAccessTokens();

    expect(await failureOf(auth.fetch(`${API}/upload`, upload(named())))).toBeInstanceOf(BodyNotReplayableError);
  });

  it('a stream that met a late 401 costs no refresh', async () => {
    const { server, auth } = await expired();
    const held = server.holdApi();
    const late = auth.fetch(`${API}/upload`, upload());
    await held.arrived;
    await auth.refresh();
    held.release();

    await expect(late).rejects.toThrow(BodyNotReplayableError);
    expect(server.refreshCalls).toBe(1);
    expect(server.apiRequests).toHaveLength(1);
  });

  it('a stream whose session is over learns of that instead', async () => {
    const { server, auth } = await expired();
    server.revoke('ada');

    await expect(auth.fetch(`${API}/upload`, upload())).rejects.toThrow(SessionExpiredError);
  });

  it('a stream stays unread while it waits for a refresh', async () => {
    const { server, auth } = await signedIn({ clocks: 'stopped' });
    jumpWallClock(31_000);
    await auth.fetch(`${API}/orders`);
    expect(server.refreshCalls).toBe(0);
    const held = server.holdRefresh();
    let pulls = 0;
    const source = new ReadableStream(
      {
        pull(controller) {
          if (pulls++) controller.close();
          else controller.enqueue(new TextEncoder().encode('late'));
        },
      },
      { highWaterMark: 0 },
    );
    const request = auth.fetch(`${API}/upload`, upload(source));
    await held.arrived;
    expect(pulls).toBe(0);
    held.release();

    expect((await request).status).toBe(200);
    expect(server.apiRequests.map(({ generation }) => generation)).toEqual([1, 2]);
    expect(textOf(server.apiRequests[1])).toBe('late');
  });
});
