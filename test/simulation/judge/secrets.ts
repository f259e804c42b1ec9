/** P9: the tokens are nowhere but in the memory of pages, on the native channel, in headers, and where the app stores them. */

import type { Exchange } from '../world/network.ts';
import type { RuleMaker } from './judge.ts';

/** What all tokens of the simulated server look like. */
const ACCESS_TOKEN = /opaque-token-|eyJ/;
const REFRESH_TOKEN = /refresh-token-\d/;
const SECRET = new RegExp(`${ACCESS_TOKEN.source}|${REFRESH_TOKEN.source}`);

export const tokensStaySecret: RuleMaker = ({ browser, plan, tabs }, accuse) => {
  const hasStorage = plan.world.holder.includes('storage');
  const look = (where: string, value: unknown) => {
    const found = SECRET.exec(written(value));
    if (found) accuse(`there is a token in ${where}`);
  };
  return {
    promise: 'No token in any error, event, log entry, state, storage or name of a lock',
    onSettled({ label, error }) {
      if (error !== undefined) look(`the error of ${label}`, error);
    },
    onHeard: ({ event, detail }) => look(`the event ${event}`, detail),
    onLogged: (entry) => look('the log', entry),
    onLock: (name) => look('the name of a lock', name),
    onWrite(key, value) {
      // What the app gave a storage for: the refresh token alone.
      if (hasStorage && key.endsWith(' refresh-token')) value = value.replaceAll(new RegExp(REFRESH_TOKEN, 'g'), '');
      look(`a storage, as ${key}`, key + value);
    },
    atRest() {
      for (const { page, auth } of tabs) {
        look('what a page reports', page.reported);
        look('the client', JSON.stringify(auth));
      }
      for (const { request } of browser.network.exchanges) look('a URL', request.path);
    },
  };
};

/** Where no cookie holds them, they go to the two endpoints that are there for them, and in the body. */
export const refreshTokensStayAtHome: RuleMaker = ({ browser }, accuse) => ({
  promise: 'A refresh token goes to the token endpoint and the revocation endpoint alone',
  atRest() {
    for (const { request, page } of browser.network.exchanges) {
      const { endpoint, path } = request;
      if (REFRESH_TOKEN.test(astrayIn(request))) accuse(`tab ${page.id} sent a refresh token to ${endpoint} ${path}`);
    }
  },
});

/** All of a request where no refresh token belongs. */
const astrayIn = ({ endpoint, path, headers, body }: Exchange['request']): string =>
  [path, ...headers.values(), endpoint === 'refresh' || endpoint === 'sign-out' ? '' : body].join(' ');

function written(value: unknown): string {
  if (!(value instanceof Error))
    return JSON.stringify(value, (_, each) => (each instanceof Error ? written(each) : each));
  const { name, message, stack, cause } = value;
  return `${name} ${message} ${stack} ${JSON.stringify(value)} ${cause === undefined ? '' : written(cause)}`;
}
