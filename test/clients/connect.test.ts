/** docs/clients/connect.md, run as it stands there, with a server of Connect's own. */

import { create, createFileRegistry } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient, createConnectRouter, type Transport } from '@connectrpc/connect';
import { createFetchHandler } from '@connectrpc/connect/protocol';
import { describe, expect, it } from 'vitest';
import { clientRecipe, serves, tabOfPage, takeRelativeUrls } from '../given/any-client.ts';
import { reasonOf } from '../given/failures.ts';
import { type AuthServer, startAuthServer } from '../world/auth-server.ts';

/**
 * As buf makes it of:
 *
 *     message Order { string user = 1; int32 generation = 2; int32 amount = 3; }
 *     service Orders {
 *       rpc Get(Order) returns (Order);
 *       rpc Watch(Order) returns (stream Order);
 *     }
 */
function makeService() {
  const field = (name: string, number: number, type: FieldDescriptorProto_Type) => ({
    name,
    jsonName: name,
    number,
    type,
    label: FieldDescriptorProto_Label.OPTIONAL,
  });
  const order = '.shop.Order';
  const file = create(FileDescriptorProtoSchema, {
    name: 'shop.proto',
    package: 'shop',
    syntax: 'proto3',
    messageType: [
      {
        name: 'Order',
        field: [
          field('user', 1, FieldDescriptorProto_Type.STRING),
          field('generation', 2, FieldDescriptorProto_Type.INT32),
          field('amount', 3, FieldDescriptorProto_Type.INT32),
        ],
      },
    ],
    service: [
      {
        name: 'Orders',
        method: [
          { name: 'Get', inputType: order, outputType: order },
          { name: 'Watch', inputType: order, outputType: order, serverStreaming: true },
        ],
      },
    ],
  });
  const service = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getService('shop.Orders');
  if (!service) throw new Error('There is no such service.');
  return service;
}
const service = makeService();

interface Order {
  readonly user: string;
  readonly generation: number;
}

/** Its calls are refused with the code that gRPC has for it, or end with it after their first message. */
function answerConnect(server: AuthServer, when: 'at once' | 'after a message' = 'at once') {
  server.answerApi = (request, own) => {
    const unauthenticated = () => new ConnectError('The token is no good.', Code.Unauthenticated);
    const order = async () => {
      if (own.status === 401) throw unauthenticated();
      return (await own.json()) as Order;
    };
    const implementation = {
      get: order,
      async *watch() {
        if (when === 'at once') yield await order();
        else yield { user: 'ada' };
        if (own.status === 401) throw unauthenticated();
        yield { user: 'ada' };
      },
    };
    // What buf makes has types for it.
    const router = createConnectRouter().service(service, implementation as object);
    const path = new URL(request.url).pathname.replace('/api', '');
    const handler = router.handlers.find(({ requestPath }) => requestPath === path);
    if (!handler) throw new Error(`There is no ${path}`);
    return createFetchHandler(handler)(request);
  };
}

type Page = Record<'connect' | 'grpcWeb', Transport>;
const ofAnswer = (answer: unknown) => {
  const { user, generation } = answer as Order;
  return { user, generation };
};
const errorIn = (rejection: unknown) => (rejection as Error).cause;

describe.each(['connect', 'grpcWeb'] as const)('Connect by %s', (transport) => {
  const clientOf = async (auth: Parameters<typeof clientRecipe>[2]) =>
    createClient(
      service,
      (await clientRecipe<Page>('connect', 'createGrpcWebTransport', auth))[transport],
    ) as unknown as {
      get(order: object, options?: object): Promise<unknown>;
      watch(order: object, options?: object): AsyncIterable<unknown>;
    };

  describe('unary calls', () => {
    serves({
      tab: () => tabOfPage('connect'),
      before: answerConnect,
      refusal: transport === 'connect' ? 401 : 200,
      async open(auth) {
        const client = await clientOf(auth);
        return {
          read: async (_, signal) => ofAnswer(await client.get({}, { ...(signal && { signal }) })),
          write: async (_, body) => ofAnswer(await client.get(body)),
          errorIn,
        };
      },
    });
  });

  describe('streams', () => {
    serves({
      tab: () => tabOfPage('connect'),
      before: answerConnect,
      refusal: 200,
      async open(auth) {
        const client = await clientOf(auth);
        return {
          async read(_, signal) {
            for await (const order of client.watch({}, { ...(signal && { signal }) })) return ofAnswer(order);
            return 'no message';
          },
          errorIn,
        };
      },
    });
    takeRelativeUrls();

    it('a stream that has brought a message isn’t sent again', async () => {
      const server = startAuthServer();
      answerConnect(server, 'after a message');
      const auth = await tabOfPage('connect');
      await auth.signIn(server.login('ada'));
      server.expireAccessTokens();
      const seen: unknown[] = [];
      const client = await clientOf(auth);
      const reason = await reasonOf(
        (async () => {
          for await (const order of client.watch({})) seen.push(order);
        })(),
      );
      expect(ConnectError.from(reason).code).toBe(Code.Unauthenticated);
      expect([seen.length, server.apiRequests.length, server.refreshCalls]).toEqual([1, 1, 0]);
    });
  });
});
