import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { constants } from 'node:http2';
import * as grpc from '@grpc/grpc-js';
import { leakCheck, type LeakCheck } from '../leak/leak-check.js';
import type { RawReaction } from './raw-reaction.js';
import { RawServer } from './raw-server.js';

const { status } = grpc;
const CEILING_MS = 30_000;

let check: LeakCheck;
let server: RawServer;
const clients: grpc.Client[] = [];
beforeEach(async () => {
  // A client of grpc-js that is closed while it waits to reconnect tries once more before it ends.
  check = leakCheck({ settleMs: 10_000 });
  server = await RawServer.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  await server.close();
  await check.assertNothingLeft();
}, CEILING_MS);

function clientOf(): grpc.Client {
  const client = new grpc.Client(server.address, grpc.credentials.createInsecure(), {
    // grpc-js would repeat refused streams on its own, and share connections between tests.
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 100,
  });
  clients.push(client);
  return client;
}

const identity = (bytes: Buffer) => bytes;

function call(
  client: grpc.Client,
  timeoutMs = CEILING_MS,
): Promise<{ error: grpc.ServiceError | null; value?: Buffer }> {
  const options = { deadline: Date.now() + timeoutMs };
  return new Promise((resolve) => {
    client.makeUnaryRequest('/any.Service/Method', identity, identity, Buffer.from('?'), options, (error, value) =>
      resolve({ error, ...(value === undefined ? {} : { value }) }),
    );
  });
}

async function receivedCalls(count: number): Promise<void> {
  while (server.calls.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('RawServer', () => {
  test('replies to any method and records what it got', async () => {
    server.next({ kind: 'reply', message: Buffer.from('hello') });
    const client = clientOf();
    expect(await call(client)).toMatchObject({ error: null, value: Buffer.from('hello') });
    await call(client);
    expect(server.calls).toMatchObject([
      { path: '/any.Service/Method', previousAttempts: 0, streamId: 1, connection: 1 },
      { streamId: 3, connection: 1 },
    ]);
  });

  test.each<[RawReaction, grpc.status, string]>([
    [{ kind: 'status', code: status.NOT_FOUND, details: 'no ö' }, status.NOT_FOUND, 'no ö'],
    [{ kind: 'http', status: 503 }, status.UNAVAILABLE, '503'],
    [{ kind: 'reset', code: constants.NGHTTP2_REFUSED_STREAM }, status.UNAVAILABLE, 'Stream refused by server'],
    [{ kind: 'reset', code: constants.NGHTTP2_INTERNAL_ERROR }, status.INTERNAL, 'code 2'],
    [{ kind: 'reset', code: constants.NGHTTP2_CANCEL, afterHeaders: true }, status.CANCELLED, ''],
    [{ kind: 'cut' }, status.UNAVAILABLE, ''],
  ])('%j reaches grpc-js', async (reaction, code, details) => {
    server.next(reaction);
    const { error } = await call(clientOf());
    expect(error).toMatchObject({ code, details: expect.stringContaining(details) });
  });

  test('a status without headers comes as nothing but itself', async () => {
    server.next({ kind: 'status', code: status.UNAVAILABLE });
    const { error } = await call(clientOf());
    expect(error?.metadata.getMap()).toEqual({ 'content-type': 'application/grpc' });
  });

  test('resets after headers, which the client has seen', async () => {
    server.next({ kind: 'reset', code: constants.NGHTTP2_REFUSED_STREAM, afterHeaders: true });
    let sawHeaders = false;
    const client = clientOf();
    await new Promise<void>((resolve) => {
      const request = client.makeUnaryRequest('/a.B/C', identity, identity, Buffer.alloc(0), () => resolve());
      request.on('metadata', () => (sawHeaders = true));
    });
    expect(sawHeaders).toBe(true);
  });

  test('a GOAWAY that covers the call lets it go on, and sends the next call to a new connection', async () => {
    const client = clientOf();
    server.next({ kind: 'hang' });
    const hanging = call(client, 1_000);
    await receivedCalls(1);
    server.goaway({ debugData: 'max_age' });
    expect((await hanging).error?.code).toBe(status.DEADLINE_EXCEEDED);
    expect((await call(client)).error).toBeNull();
    expect(server.calls.map((received) => received.connection)).toEqual([1, 2]);
  });

  test.each([0, 1])(
    'a GOAWAY with last stream %p makes the client give up the streams after it',
    async (lastStreamId) => {
      const client = clientOf();
      if (lastStreamId === 1) await call(client);
      server.next({ kind: 'goaway', lastStreamId });
      const { error } = await call(client);
      expect(error).toMatchObject({ code: status.UNAVAILABLE, details: expect.stringContaining('refused') });
    },
  );

  test('never sends SETTINGS when silent, and serves later connections', async () => {
    server.setConnectionMode('silent');
    const client = clientOf();
    expect((await call(client, 300)).error?.code).toBe(status.DEADLINE_EXCEEDED);
    expect([server.accepted, server.open, server.calls.length]).toEqual([1, 1, 0]);
    server.setConnectionMode('serve');
    server.cut();
    expect((await call(clientOf())).error).toBeNull();
  });

  test('resets connections as they come', async () => {
    server.setConnectionMode('reset');
    const { error } = await call(clientOf());
    expect(error?.code).toBe(status.UNAVAILABLE);
    while (server.open > 0) await new Promise((resolve) => setImmediate(resolve));
  });
});
