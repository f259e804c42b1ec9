/** @urql/exchange-auth: the example of its README, with a 401 as the auth error. It does GraphQL alone: the server takes its queries to the API. */

import { Client, fetchExchange, gql } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { logIn, refresh } from './cookie-server.ts';
import type { CreateClient } from './peer.ts';

const CALL = gql`
  mutation ($path: String!, $method: String, $body: String) {
    call(path: $path, method: $method, body: $body) {
      status
    }
  }
`;

export const create: CreateClient = ({ origin, signedOut }) => {
  const open = () =>
    new Client({
      url: `${origin}/graphql`,
      preferGetMethod: false,
      exchanges: [
        authExchange(async (utils) => {
          let token = localStorage.getItem('token');
          return {
            addAuthToOperation: (operation) =>
              token ? utils.appendHeaders(operation, { Authorization: `Bearer ${token}` }) : operation,
            willAuthError: () => !token,
            didAuthError: (error) => error.response?.status === 401,
            async refreshAuth() {
              try {
                token = await refresh(origin);
                localStorage.setItem('token', token);
              } catch {
                localStorage.clear();
                signedOut();
              }
            },
          };
        }),
        fetchExchange,
      ],
    });
  let client = open();
  return {
    async signIn(user) {
      localStorage.setItem('token', (await logIn(origin, user)).access_token);
      client = open();
    },
    async request(path, { method, body } = {}) {
      const { data, error } = await client.mutation(CALL, { path, method, body: body && String(body) }).toPromise();
      if (data) return data.call.status;
      if (error?.response) return error.response.status;
      throw error;
    },
  };
};
