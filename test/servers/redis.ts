/** A Redis of the test's own, where one is installed, and the little that is needed of a client for it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Redis } from '../../docs/server/family-store-redis.ts';

const path = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));

/** `undefined`: none is installed. */
export const redisServer = process.env.REDIS_SERVER_PATH ?? path.find(existsSync);

export async function startRedis(executable: string): Promise<{ redis: Redis; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const socketPath = join(folder, 'socket');
  const server = spawn(executable, ['--port', '0', '--unixsocket', socketPath, '--save', ''], { cwd: folder });
  await new Promise<void>((resolve) => {
    server.stdout.on('data', (line) => /ready to accept connections/i.test(String(line)) && resolve());
  });

  const socket = connect(socketPath);
  await once(socket, 'connect');
  const waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk;
    for (let reply = read(received); reply; reply = read(received)) {
      received = received.slice(reply.length);
      if (reply.value instanceof Error) waiting.shift()?.reject(reply.value);
      else waiting.shift()?.resolve(reply.value);
    }
  });

  return {
    redis: (...command) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        const parts = command.map((part) => `$${Buffer.byteLength(String(part))}\r\n${part}\r\n`);
        socket.write(`*${command.length}\r\n${parts.join('')}`);
      }),
    async stop() {
      socket.destroy();
      server.kill();
      await once(server, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

/** One reply (https://redis.io/docs/latest/develop/reference/protocol-spec/); `undefined`: not all of it is there. */
function read(text: string): { readonly value: unknown; readonly length: number } | undefined {
  const end = text.indexOf('\r\n');
  if (end < 0) return undefined;
  const [type, line, start] = [text[0], text.slice(1, end), end + 2];
  if (type === '+') return { value: line, length: start };
  if (type === '-') return { value: new Error(line), length: start };
  if (type === ':') return { value: Number(line), length: start };
  const size = Number(line);
  if (size < 0) return { value: null, length: start };
  if (type === '$') {
    const whole = start + size + 2;
    return text.length < whole ? undefined : { value: text.slice(start, start + size), length: whole };
  }
  const values: unknown[] = [];
  let length = start;
  while (values.length < size) {
    const next = read(text.slice(length));
    if (!next) return undefined;
    values.push(next.value);
    length += next.length;
  }
  return { value: values, length };
}
