/** What the command says of a fault: why, what to do, and nothing that is a secret. */

import { describe, expect, it } from 'vitest';
import { onRealNetwork } from './checked.ts';
import { checkServer, outcomesOf, withServer } from './faulty-run.ts';

onRealNetwork();

it('a finding that is broken says why, what to do, and where the contract says so', async () => {
  const { output } = await outcomesOf('no header required');
  expect(output).toContain(
    [
      '✗ broken       a request that a form of another site can send is refused',
      '                 Without X-Requested-With it gave a token.',
      "                 Require the header X-Requested-With: a form of another site can't send it.",
      '                 docs/server.md#csrf',
    ].join('\n'),
  );
});

it('what the client would refuse is said in its words, and the rest is not checked', async () => {
  const { output, outcomes, code } = await outcomesOf('DPoP');
  expect(output).toContain("By its token_type it uses DPoP (RFC 9449), which isn't supported yet");
  expect(outcomes).toMatchObject({
    token: 'broken',
    rotation: 'unchecked',
    overlap: 'unchecked',
    'no-session': 'kept',
  });
  expect(code).toBe(1);
});

it('a server may look at Origin instead of the header', async () => {
  const { output } = await outcomesOf('Origin instead of the header');
  expect(output).toContain('(by its Origin: it needs no X-Requested-With)');
});

it('what a server quotes is left out, and so is where it redirects', async () => {
  const { output } = await outcomesOf('visitors get a redirect', 'the refusal quotes the token');
  expect(output).toContain('It was redirected');
  expect(output).toContain('it answered 401, text/…, invalid_grant.');
});

describe('with other cookies beside the refresh token', () => {
  it.each(['another cookie', 'the other cookie is wanted, too'] as const)(
    'it is found, and named: %s',
    async (fault) => {
      const { output } = await outcomesOf(fault);
      expect(output).toContain(
        '✓ kept         the refresh token of the sign-in goes to the token endpoint (the cookie session)',
      );
    },
  );

  it('its own flags count, and not those of the others', async () => {
    const { outcomes } = await outcomesOf('another cookie', 'no HttpOnly');
    expect(outcomes['cookie-http-only']).toBe('broken');
  });

  it('which one it is can be said', async () => {
    await withServer(['another cookie'], async (server) => {
      const { outcomes, output } = await checkServer(server, ['--cookie', 'sid']);
      expect(output).toContain('(the cookie sid)');
      expect(outcomes).toMatchObject({ 'sign-in': 'kept', rotation: 'broken' });
    });
  });

  it('which one it is must be said where that shows in nothing', async () => {
    await withServer(['the other cookie is wanted, too', 'no rotation'], async (server) => {
      const { output, code } = await checkServer(server);
      expect(output).toContain(
        "it can't be told which cookie holds the refresh token: session, sid. Give --cookie NAME.",
      );
      expect(code).toBe(2);
    });
  });
});

describe('CORS without --origin', () => {
  it.each([[[]], [['--origin', 'https://127.0.0.1']]])('that any origin may call is found: %j', async (more) => {
    await withServer(['CORS reflects'], async (server) => {
      const own = more.map((each) => each.replace('https://127.0.0.1', server.url));
      const { outcomes, output, code } = await checkServer(server, own);
      expect(outcomes).toMatchObject({ cors: 'unchecked', 'cors-foreign': 'broken' });
      expect(output).toContain('Origin: https://attacker.example is allowed: its pages can take tokens.');
      expect(code).toBe(1);
    });
  });
});

describe('what it says of a cause', () => {
  it('is said once: the findings after it say so in a line', async () => {
    const { output } = await outcomesOf('a dead session is a 500');
    expect(output.match(/Answer 401 with JSON to whoever has no session/g)).toHaveLength(1);
    expect(output).toContain(
      '✗ broken       an unknown refresh token gets a 401 (as above: it answered 500, application/json)',
    );
  });

  it('of CORS for all, that the origin must be exact', async () => {
    const { output } = await outcomesOf('CORS for all');
    expect(output).toContain(
      "Send the page's exact origin instead of *, and Access-Control-Allow-Credentials: true, with each answer.",
    );
  });

  it('of two successors, why they are no good', async () => {
    const { output } = await outcomesOf('another successor');
    expect(output).toContain('It gave another refresh token, and both of them are good: two sessions come from one.');
  });

  it('of an address where nothing is, at once', async () => {
    await withServer(['nothing is there'], async (server) => {
      const { output, outcomes } = await checkServer(server, []);
      expect(output).toMatch(
        /^✗ broken {7}without a refresh token[^\n]*\n +It answered 404[^\n]*\n +Nothing seems to be there/m,
      );
      expect(outcomes).toMatchObject({ 'sign-in': 'unchecked', token: 'broken' });
    });
  });
});
