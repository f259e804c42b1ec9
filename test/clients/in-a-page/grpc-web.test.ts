/** docs/clients/grpc-web.md, run as it stands there. */

import { GrpcWebClientBase, MethodDescriptor, MethodType, type UnaryInterceptor } from 'grpc-web';
import { describe } from 'vitest';
import { clientRecipe, serves } from '../../given/any-client.ts';
import type { AuthServer } from '../../world/auth-server.ts';

interface Page {
  readonly TokenInterceptor: new () => UnaryInterceptor<unknown, unknown>;
}

/** A flag, the length in four bytes, and the content: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md */
function frame(flag: number, content: string): Uint8Array {
  const bytes = new TextEncoder().encode(content);
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, flag);
  head.setUint32(1, bytes.length);
  return new Uint8Array([...new Uint8Array(head.buffer), ...bytes]);
}

/** Refuses by the status in the trailers, which stand at the end of the body. */
function answerGrpcWeb(server: AuthServer) {
  server.answerApi = async (_, own) => {
    const frames =
      own.status === 401
        ? [frame(0x80, 'grpc-status:16\r\ngrpc-message:no good\r\n')]
        : [frame(0, await own.text()), frame(0x80, 'grpc-status:0\r\n')];
    const body = Buffer.concat(frames).toString('base64');
    return new Response(body, { headers: { 'Content-Type': 'application/grpc-web-text' } });
  };
}

/** Messages are JSON here: what is in them is the app's. */
class Message {}
const method = new MethodDescriptor<object, unknown>(
  '/shop.Orders/Get',
  MethodType.UNARY,
  Message,
  Message,
  (message: object) => new TextEncoder().encode(JSON.stringify(message)),
  (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)),
);

describe('grpc-web', () => {
  serves({
    before: answerGrpcWeb,
    refusal: 200,
    aborts: false,
    async open(auth) {
      const { TokenInterceptor } = await clientRecipe<Page>('grpc-web', 'TokenInterceptor', auth);
      const client = new GrpcWebClientBase({ format: 'text', unaryInterceptors: [new TokenInterceptor()] });
      const call = (message: object) => client.unaryCall('https://app.test/api/shop.Orders/Get', message, {}, method);
      return { read: (path) => call({ path }), write: (_, body) => call(body) };
    },
  });
});
