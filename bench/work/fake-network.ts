/** A `fetch` that answers at once, without a network, so that what is left is the client's own work. */

/** As long as the API's answers of the bench's server, and as GraphQL would have it. */
const BODY = '{"data":{"call":{"status":200}},"user":"ada","name":"Ada","generation":1}';
const JSON_TYPE = { 'Content-Type': 'application/json' };

export interface FakeNetwork {
  refreshes: number;
  refusals: number;
  /** Refreshes wait for it. */
  gate: Promise<void>;
  /** `off`: every request is answered 200, whoever asks. */
  judging: 'on' | 'off';
  /** Today's. */
  token: string;
  expire(): void;
}

const base64 = (value: object): string => btoa(JSON.stringify(value)).replace(/=+$/, '');

const seconds = (): number => Math.floor(Date.now() / 1_000);

const jwt = (claims: object): string => [base64({ alg: 'RS256', typ: 'JWT' }), base64(claims), 'c2ln'].join('.');

function bearerOf(input: RequestInfo | URL, init: RequestInit | undefined): string | null | undefined {
  if (input instanceof Request) return input.headers.get('authorization');
  const headers = init?.headers;
  if (headers instanceof Headers) return headers.get('authorization');
  const { Authorization, authorization } = Object(headers);
  return Authorization ?? authorization;
}

export function installFakeNetwork(origin: string): FakeNetwork {
  let serial = 0;
  const next = () => jwt({ sub: 'ada', jti: ++serial, iat: seconds(), exp: seconds() + 3_600 });
  const network: FakeNetwork = {
    refreshes: 0,
    refusals: 0,
    gate: Promise.resolve(),
    judging: 'off',
    token: next(),
    expire: () => {
      network.token = next();
    },
  };

  /** Whatever a peer calls its token endpoint: the answer has what each of them looks for. */
  async function authAnswer(): Promise<Response> {
    network.refreshes++;
    await network.gate;
    if (typeof document !== 'undefined') {
      // biome-ignore lint/suspicious/noDocumentCookie: the server of one peer sets it
      document.cookie = 'workos-has-session=1';
    }
    const tokens = { access_token: network.token, refresh_token: `refresh-${serial}`, expires_in: 3_600 };
    const idToken = jwt({ iss: `${origin}/`, aud: 'bench', sub: 'ada', iat: seconds(), exp: seconds() + 86_400 });
    const front = btoa(JSON.stringify({ uid: 'ada', ate: Date.now() + 3_600_000, up: {} }));
    return Response.json(
      { ...tokens, token_type: 'Bearer', id_token: idToken, scope: 'openid', user: { id: 'ada', email: 'ada' } },
      { headers: { 'front-token': front } },
    );
  }

  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes('/api/') && !url.endsWith('/graphql')) return authAnswer();
    if (network.judging === 'on' && bearerOf(input, init) !== `Bearer ${network.token}`) {
      network.refusals++;
      return Promise.resolve(new Response('{"errors":[{"message":"refused"}]}', { status: 401, headers: JSON_TYPE }));
    }
    return Promise.resolve(new Response(BODY, { headers: JSON_TYPE }));
  };
  return network;
}
