/** P9: the tokens are nowhere but in the memory of pages, on the native channel and in headers. */

import type { RuleMaker } from './judge.ts';

/** What all tokens of the simulated server look like. */
const SECRET = /refresh-token-\d|opaque-token-|eyJ/;

export const tokensStaySecret: RuleMaker = ({ browser, tabs }, accuse) => {
  const look = (where: string, value: unknown) => {
    const found = SECRET.exec(written(value));
    if (found) accuse(`there is a token in ${where}`);
  };
  return {
    promise: 'No token in any error, event, state, storage or name of a lock',
    onSettled({ label, error }) {
      if (error !== undefined) look(`the error of ${label}`, error);
    },
    onHeard: ({ event, detail }) => look(`the event ${event}`, detail),
    atRest() {
      for (const [key, value] of browser.storage.stored) look('localStorage', key + value);
      for (const { page, auth } of tabs) {
        look('what a page reports', page.reported);
        look('the client', JSON.stringify(auth));
      }
      for (const { request } of browser.network.exchanges) look('a URL', request.path);
    },
  };
};

function written(value: unknown): string {
  if (!(value instanceof Error))
    return JSON.stringify(value, (_, each) => (each instanceof Error ? written(each) : each));
  const { name, message, stack, cause } = value;
  return `${name} ${message} ${stack} ${JSON.stringify(value)} ${cause === undefined ? '' : written(cause)}`;
}
