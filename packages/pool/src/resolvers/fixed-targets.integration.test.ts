import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CEILING_MS, Harness } from '../../test/support/harness.js';
import { unary } from '../../test/support/echo-server.js';

let harness: Harness;
let folder: string;

beforeEach(() => {
  harness = new Harness();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await harness.close();
}, CEILING_MS);

/** What a call to the target answers, and who answered. */
async function call(target: string): Promise<{ readonly answer: string; readonly peer: string }> {
  const pool = harness.pool(target);
  const client = harness.client(pool);
  const answer = await unary(client, 'hello', { deadline: Date.now() + CEILING_MS });
  return { answer, peer: pool.snapshot().members[0]!.address };
}

describe('targets of one server, with a real one', () => {
  test.each([
    ['unix:///absolute', (path: string) => `unix://${path}`],
    ['unix:/absolute', (path: string) => `unix:${path}`],
    ['unix:relative', (path: string) => `unix:${relative(process.cwd(), path)}`],
    ['passthrough:///unix:///absolute', (path: string) => `passthrough:///unix://${path}`],
  ])('%s', async (_form, targetOf) => {
    const path = join(folder, 'echo.sock');
    await harness.server(`unix:${path}`);
    expect(await call(targetOf(path))).toMatchObject({ answer: 'hello' });
  });

  test('passthrough:///name:port is looked up by grpc-js, and its authority is the name', async () => {
    const server = await harness.server();
    const target = `passthrough:///localhost:${server.port}`;
    expect(await call(target)).toEqual({ answer: 'hello', peer: `dns:///localhost:${server.port}` });
  });

  test('passthrough:///address:port', async () => {
    const server = await harness.server();
    const expected = { answer: 'hello', peer: `127.0.0.1:${server.port}` };
    expect(await call(`passthrough:///127.0.0.1:${server.port}`)).toEqual(expected);
  });

  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('unix-abstract:name', async () => {
    const server = await harness.server();
    const name = `fairlead-${process.pid}-${Math.trunc(performance.now())}`;
    const bridge = await bridgeTo(server.port, `\0${name}`);
    try {
      expect(await call(`unix-abstract:${name}`)).toEqual({ answer: 'hello', peer: `unix-abstract:${name}` });
    } finally {
      bridge.close();
    }
  });
});

/** A server of grpc-js cannot listen on such a socket, so one of Node.js does, and hands all bytes on. */
async function bridgeTo(port: number, path: string): Promise<Server> {
  const bridge = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  }).listen(path);
  await once(bridge, 'listening');
  return bridge;
}
