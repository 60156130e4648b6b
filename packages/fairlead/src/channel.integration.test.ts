import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, startPods, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';
import type { MethodConfigJson, ServiceConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const hanging: Partial<EchoServer> = { unary: () => undefined };

function connect(pods: readonly TestPod[], options: ChannelOptions = {}): [EchoClient, Channel] {
  const channel = track(createChannel(targetOf(pods), insecure, options));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

const forAll = (config: Omit<MethodConfigJson, 'name'>): ServiceConfigJson => ({
  methodConfig: [{ name: [{}], ...config }],
});

/** A call, and how often it must be made until everybody was seen; jest's own limit is the ceiling. */
async function callUntilSeen(client: EchoClient, servers: number): Promise<void> {
  for (const seen = new Set<string>(); seen.size < servers;) seen.add((await unary(client)).server);
}

describe('the balancing policy of the service config', () => {
  test('round_robin gives every pod the same number of calls', async () => {
    const pods = (await startPods(3)).map(track);
    const [client] = connect(pods, { serviceConfig: { loadBalancingConfig: [{ round_robin: {} }] } });
    await callUntilSeen(client, 3);
    const before = pods.map(({ seen }) => seen.length);
    for (let n = 0; n < 30; n++) await unary(client);
    expect(pods.map(({ seen }, index) => seen.length - before[index]!)).toEqual([10, 10, 10]);
  });

  test('pick_first gives all calls to one pod', async () => {
    const pods = (await startPods(3)).map(track);
    const [client] = connect(pods, { serviceConfig: { loadBalancingConfig: [{ pick_first: {} }] } });
    for (let n = 0; n < 30; n++) await unary(client);
    expect(pods.map(({ seen }) => seen.length)).toEqual([30, 0, 0]);
  });

  test('peak_ewma, the default, uses all of them', async () => {
    const pods = (await startPods(3)).map(track);
    const [client, channel] = connect(pods);
    await callUntilSeen(client, 3);
    expect(channel.snapshot().members.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });
});

describe('the deadline', () => {
  test('of the service config ends a call; a fraction of a second is a fraction of a second', async () => {
    const pods = [track(await startPod('127.0.0.1', hanging))];
    const [client] = connect(pods, { serviceConfig: forAll({ timeout: '0.25s' }) });
    const start = performance.now();
    const error = await errorOf(unary(client));
    expect(error.code).toBe(DEADLINE_EXCEEDED);
    // A timer may be a millisecond early; grpc-js reads "0.25s" as 25 ns.
    expect(performance.now() - start).toBeGreaterThan(240);
    expect(attemptsOf(error)).toHaveLength(1);
  });

  test('of the caller counts when it is earlier', async () => {
    const pods = [track(await startPod('127.0.0.1', hanging))];
    const [client] = connect(pods, { serviceConfig: forAll({ timeout: '600s' }) });
    const error = await errorOf(unary(client, 'hi', { deadline: Date.now() + 50 }));
    expect(error.code).toBe(DEADLINE_EXCEEDED);
  });

  test('holds for its method only', async () => {
    const pods = [track(await startPod('127.0.0.1'))];
    const name = { service: 'fairlead.test.v1.Echo', method: 'Collect' };
    const [client] = connect(pods, { serviceConfig: { methodConfig: [{ name: [name], timeout: '0s' }] } });
    expect((await unary(client)).text).toBe('hi');
    const error = await errorOf(
      new Promise((resolve, reject) => client.collect((failure) => (failure ? reject(failure) : resolve(0))).end()),
    );
    expect(error.code).toBe(DEADLINE_EXCEEDED);
  });
});

describe('a call that waits for another attempt', () => {
  const failing: Partial<EchoServer> = { unary: (_call, done) => done({ code: UNAVAILABLE, details: 'no' }) };
  const retryPolicy = {
    maxAttempts: 2,
    initialBackoff: '600s',
    maxBackoff: '600s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  } as const;

  test('ends with DEADLINE_EXCEEDED and its trail when the deadline comes first', async () => {
    const pods = [track(await startPod('127.0.0.1', failing))];
    const [client] = connect(pods, { serviceConfig: forAll({ retryPolicy, timeout: '0.2s' }) });
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([
      DEADLINE_EXCEEDED,
      'Deadline exceeded while waiting to retry; last failure: UNAVAILABLE: no',
    ]);
    expect(attemptsOf(error)).toMatchObject([{ endpoint: { id: pods[0]!.address }, failure: 'maybe-processed' }]);
  });

  test('ends with its last failure when the channel is closed', async () => {
    const pods = [track(await startPod('127.0.0.1', failing))];
    const [client, channel] = connect(pods, { serviceConfig: forAll({ retryPolicy }) });
    const ended = errorOf(unary(client));
    while (channel.snapshot().members[0]?.inFlight !== 0 || pods[0]!.seen.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    channel.close();
    const error = await ended;
    expect([error.code, error.details]).toEqual([UNAVAILABLE, 'no']);
    expect(attemptsOf(error).at(-1)?.next).toEqual({ retried: false, reason: 'the channel was closed' });
  });
});

describe('waitForReady', () => {
  const nobody = [{ address: '127.0.0.1:1', seen: [], stop: () => undefined }];

  test('of the service config lets calls wait for their deadline', async () => {
    const [client] = connect(nobody, { serviceConfig: forAll({ waitForReady: true, timeout: '0.2s' }) });
    const error = await errorOf(unary(client));
    expect(error.code).toBe(DEADLINE_EXCEEDED);
    expect(error.details).toContain('ECONNREFUSED');
  });

  test("the caller's own word wins, either way", async () => {
    const [impatient] = connect(nobody, { serviceConfig: forAll({ waitForReady: true }) });
    const no = new grpc.Metadata({ waitForReady: false });
    expect((await errorOf(unary(impatient, 'hi', {}, no))).code).toBe(UNAVAILABLE);
    const [patient] = connect(nobody, { serviceConfig: forAll({ waitForReady: false, timeout: '0.2s' }) });
    const yes = new grpc.Metadata({ waitForReady: true });
    expect((await errorOf(unary(patient, 'hi', {}, yes))).code).toBe(DEADLINE_EXCEEDED);
  });
});

describe('grpc.* arguments reach the members', () => {
  test('a limit of message sizes is enforced', async () => {
    const pods = [track(await startPod('127.0.0.1'))];
    const [client] = connect(pods, { 'grpc.max_receive_message_length': 100 });
    expect((await unary(client, 'short')).text).toBe('short');
    const error = await errorOf(unary(client, 'x'.repeat(200)));
    expect(error.code).toBe(RESOURCE_EXHAUSTED);
    expect(attemptsOf(error)).toHaveLength(1);
  });

  test('the server sees the user agent, of the grpc-js that the tests are run with', async () => {
    const pods = [track(await startPod('127.0.0.1'))];
    const [client] = connect(pods, { 'grpc.primary_user_agent': 'mine' });
    await unary(client);
    const version = (globalThis as { GRPC_JS_VERSION?: string }).GRPC_JS_VERSION ?? '1.14.7';
    expect(pods[0]!.seen[0]?.get('user-agent')).toEqual([`mine grpc-node-js/${version}`]);
  });
});

test("a user's own interceptors stand around the policies and see bytes", async () => {
  const pods = [track(await startPod('127.0.0.1'))];
  const seen: unknown[] = [];
  const interceptor: grpc.Interceptor = (options, nextCall) =>
    new grpc.InterceptingCall(nextCall(options), {
      sendMessage: (message, next) => {
        seen.push(options.method_definition.path, Buffer.isBuffer(message));
        next(message);
      },
    });
  const [client] = connect(pods, { interceptors: [interceptor] });
  expect((await unary(client)).text).toBe('hi');
  expect(seen).toEqual(['/fairlead.test.v1.Echo/Unary', true]);
});

test('a cancelled call ends with CANCELLED, at the client and at the server', async () => {
  const told = { cancelled: (): void => undefined };
  const atServer = new Promise<void>((resolve) => (told.cancelled = resolve));
  const started = { resolve: (): void => undefined };
  const running = new Promise<void>((resolve) => (started.resolve = resolve));
  const handlers: Partial<EchoServer> = {
    unary: (call) => {
      call.on('cancelled', told.cancelled);
      started.resolve();
    },
  };
  const pods = [track(await startPod('127.0.0.1', handlers))];
  const [client] = connect(pods);
  const ended = { resolve: (_error: grpc.ServiceError | null): void => undefined };
  const result = new Promise<grpc.ServiceError | null>((resolve) => (ended.resolve = resolve));
  const call = client.unary({ text: 'x' }, (error) => ended.resolve(error));
  await running;
  call.cancel();
  expect((await result)?.code).toBe(CANCELLED);
  await atServer;
});

test('a call that a server makes for its own caller ends with that one', async () => {
  const back = track(await startPod('127.0.0.1', hanging));
  const [inner] = connect([back]);
  const told = { ended: (_error: grpc.ServiceError | null): void => undefined };
  const innerEnd = new Promise<grpc.ServiceError | null>((resolve) => (told.ended = resolve));
  const front = track(
    await startPod('127.0.0.2', {
      unary: (call) => {
        inner.unary({ text: 'x' }, new grpc.Metadata(), { parent: call }, (error) => told.ended(error));
      },
    }),
  );
  const [outer] = connect([front]);
  const call = outer.unary({ text: 'x' }, () => undefined);
  while (back.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  call.cancel();
  expect((await innerEnd)?.code).toBe(CANCELLED);
});
