import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { leakCheck, type LeakCheck } from '../leak/leak-check.js';
import { echo, fail, hang } from './call-script.js';
import { echoService } from './echo-service.js';
import { ScriptedServer } from './scripted-server.js';

const { status } = grpc;
const EchoClient = grpc.makeGenericClientConstructor(echoService, 'Echo');
// A refused address is reported by an error; grpc-js logs it, too.
grpc.setLogVerbosity(grpc.logVerbosity.NONE);
const CEILING_MS = 30_000;

let check: LeakCheck;
let server: ScriptedServer;
let client: InstanceType<typeof EchoClient>;
beforeEach(async () => {
  // A client of grpc-js that is closed while it waits to reconnect tries once more before it ends.
  check = leakCheck({ settleMs: 10_000 });
  server = await ScriptedServer.start();
  client = new EchoClient(server.address, grpc.credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 100,
  });
});
afterEach(async () => {
  client.close();
  await server.close();
  await server.close();
  await check.assertNothingLeft();
}, CEILING_MS);

interface Seen {
  readonly messages: readonly string[];
  readonly status: grpc.StatusObject;
  /** What came first: response headers or the status. */
  readonly headersFirst: boolean;
}

/** Makes a call of any kind and gathers all that comes back. */
function call(method: keyof typeof echoService, requests: readonly string[], timeoutMs = CEILING_MS): Promise<Seen> {
  const { requestStream, responseStream } = echoService[method];
  const messages: string[] = [];
  let headersFirst = false;
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + timeoutMs };
    const args: unknown[] = requestStream ? [] : [Buffer.from(requests[0] ?? '')];
    args.push(new grpc.Metadata(), options);
    if (!responseStream) args.push((_error: unknown, value?: Buffer) => value && messages.push(value.toString()));
    const start = client[method] as (...args: unknown[]) => grpc.ClientDuplexStream<Buffer, Buffer>;
    const started = start.apply(client, args);
    if (responseStream) started.on('data', (value: Buffer) => messages.push(value.toString()));
    started.on('error', () => undefined);
    started.on('metadata', () => (headersFirst = true));
    // In the next turn, because grpc-js tells the status before it calls back.
    started.on('status', (end: grpc.StatusObject) =>
      setImmediate(() => resolve({ messages, status: end, headersFirst })),
    );
    if (requestStream) {
      for (const request of requests) started.write(Buffer.from(request));
      started.end();
    }
  });
}

describe('ScriptedServer', () => {
  test.each([
    ['unary', ['a'], ['a']],
    ['clientStream', ['a', 'b'], ['b']],
    ['serverStream', ['a'], ['a']],
    ['bidi', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ] as const)('echoes %s calls and records them', async (method, requests, messages) => {
    const seen = await call(method, requests);
    expect(seen).toMatchObject({ messages, status: { code: status.OK, details: 'OK' } });
    expect(server.calls.map(({ path, requests: got }) => [path, got.map(String)])).toEqual([
      [echoService[method].path, requests],
    ]);
  });

  test.each(['unary', 'clientStream', 'serverStream', 'bidi'] as const)(
    'fails %s calls at once, without headers, with details and pushback',
    async (method) => {
      server.next(fail(status.RESOURCE_EXHAUSTED, { details: 'quota', pushback: -1, trailers: { 'x-more': '1' } }));
      const seen = await call(method, ['a']);
      expect([seen.status.code, seen.status.details, seen.messages]).toEqual([status.RESOURCE_EXHAUSTED, 'quota', []]);
      expect(seen.status.metadata.getMap()).toMatchObject({ 'grpc-retry-pushback-ms': '-1', 'x-more': '1' });
      expect(server.calls).toHaveLength(1);
    },
  );

  test('sends headers before it fails, and messages of a stream before their failure', async () => {
    server.next(fail(status.INTERNAL, { headers: { 'x-first': '1' } }), fail(status.ABORTED, { messages: 2 }));
    expect(await call('unary', ['a'])).toMatchObject({ headersFirst: true, status: { code: status.INTERNAL } });
    expect(await call('serverStream', ['a'])).toMatchObject({ messages: ['a', 'a'], status: { code: status.ABORTED } });
  });

  test('waits as long as it is told', async () => {
    server.next(echo({ delayMs: 50 }));
    const startedAt = performance.now();
    await call('unary', ['a']);
    // Timers may fire a millisecond early by this clock.
    expect(performance.now() - startedAt).toBeGreaterThan(48);
  });

  test('hangs until the client gives up, which it notices', async () => {
    server.setScript(hang());
    expect((await call('unary', ['a'], 100)).status.code).toBe(status.DEADLINE_EXCEEDED);
    while (server.calls[0]?.cancelled !== true) await new Promise((resolve) => setImmediate(resolve));
  });

  test('a function decides by what was received', async () => {
    server.setScript((received) => (received.previousAttempts === 0 ? fail(status.UNAVAILABLE) : echo()));
    expect((await call('unary', ['a'])).status.code).toBe(status.UNAVAILABLE);
  });

  test('can be closed in the middle of calls, and started again at the same address', async () => {
    server.setScript(hang());
    const cut = call('bidi', ['a']);
    while (server.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    expect((await cut).status.code).not.toBe(status.OK);
    server = await ScriptedServer.start({ address: server.address });
    await expect(ScriptedServer.start({ address: server.address })).rejects.toThrow('EADDRINUSE');
  });

  test('a graceful shutdown lets calls end', async () => {
    server.next(echo({ delayMs: 100 }));
    const running = call('unary', ['a']);
    while (server.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([server.shutdown(), expect(running).resolves.toMatchObject({ status: { code: status.OK } })]);
  });
});
