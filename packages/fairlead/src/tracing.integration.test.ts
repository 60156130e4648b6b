import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import { endpointAt, type Endpoint } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { context, propagation, trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ALL_TEXTS, allKinds, errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, startPods, targetOf, type TestPod } from '../test/pods.js';
import { RegisteredSdk } from '../test/spans.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import { GrpcTraceBinPropagator, type TracingOptions } from './index.js';
import type { ChannelOptions } from './options.js';
import type { MethodConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const UNARY = 'fairlead.test.v1.Echo/Unary';
const ATTEMPT = 'Attempt.fairlead.test.v1.Echo.Unary';
const hanging: Partial<EchoServer> = { unary: () => undefined };

let sdk: RegisteredSdk;

beforeEach(() => {
  sdk = track(new RegisteredSdk());
});

function connect(
  target: string,
  method: Omit<MethodConfigJson, 'name'> = {},
  options: ChannelOptions = {},
): [EchoClient, Channel] {
  const serviceConfig = { methodConfig: [{ name: [{}], ...method }] };
  const channel = track(createChannel(target, insecure, { serviceConfig, ...options }));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

const tracing = (more: boolean | TracingOptions): ChannelOptions => ({ tracing: more });
const [host, portOf] = ['127.0.0.1', (pod: TestPod) => Number(pod.address.split(':')[1])];
const endpointOf = (pod: TestPod): Endpoint => endpointAt({ kind: 'tcp', host, port: portOf(pod) });
const peerOf = (pod: TestPod) => ({
  'fairlead.member.id': pod.address,
  'network.peer.address': host,
  'network.peer.port': portOf(pod),
});

test('retries, and a name resolution that took its time (Go: TraceSpan_WithRetriesAndNameResolutionDelay)', async () => {
  let calls = 0;
  const moody: Partial<EchoServer> = {
    unary: ({ request }, done) => {
      calls += 1;
      if (calls < 3) done({ code: grpc.status.UNAVAILABLE, details: `no ${calls}` });
      else done(null, { text: request.text, server: '' });
    },
  };
  const pod = track(await startPod(host, moody));
  const resolver = new ManualResolver();
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.01s',
    maxBackoff: '0.01s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  } as const;
  const [client] = connect(
    'manual:///echo.prod:50051',
    { retryPolicy },
    { resolvers: [manualResolverFactory('manual', resolver)] },
  );
  const answer = unary(client);
  resolver.push([endpointOf(pod)]);
  await answer;
  const attempt = (n: number, more: object) => ({
    name: ATTEMPT,
    kind: 'INTERNAL',
    parent: UNARY,
    events: [],
    attributes: {
      'previous-rpc-attempts': n,
      'transparent-retry': false,
      'fairlead.attempt.kind': n === 0 ? 'first' : 'retry',
      ...peerOf(pod),
      'rpc.status_code': 'UNAVAILABLE',
      'error.type': 'UNAVAILABLE',
      'fairlead.attempt.failure': 'maybe-processed',
      'fairlead.attempt.retried': true,
      'fairlead.attempt.reason': 'UNAVAILABLE is in retryableStatusCodes',
    },
    status: `ERROR: UNAVAILABLE, no ${n + 1}`,
    ...more,
  });
  expect(sdk.spans).toEqual([
    attempt(0, { events: ['Delayed LB pick complete'] }),
    attempt(1, {}),
    attempt(2, {
      attributes: {
        'previous-rpc-attempts': 2,
        'transparent-retry': false,
        'fairlead.attempt.kind': 'retry',
        ...peerOf(pod),
        'rpc.status_code': 'OK',
      },
      status: 'OK',
    }),
    {
      name: UNARY,
      kind: 'CLIENT',
      parent: undefined,
      events: ['Delayed name resolution complete'],
      attributes: {
        'rpc.system.name': 'grpc',
        'rpc.method': UNARY,
        'server.address': 'manual:///echo.prod:50051',
        'rpc.status_code': 'OK',
      },
      status: 'OK',
    },
  ]);
});

describe('the server gets', () => {
  test('the attempt as its parent, the trace of the caller, and its baggage', async () => {
    const pod = track(await startPod(host));
    const [client] = connect(targetOf([pod]));
    const root = sdk.provider.getTracer('app').startSpan('handler');
    const baggage = propagation.createBaggage({ tenant: { value: 'a' } });
    await context.with(propagation.setBaggage(trace.setSpan(context.active(), root), baggage), () => unary(client));
    root.end();
    const [attempt, call] = sdk.raw;
    const { traceId } = root.spanContext();
    expect(pod.seen[0]?.get('traceparent')).toEqual([`00-${traceId}-${attempt?.spanContext().spanId}-01`]);
    expect(pod.seen[0]?.get('baggage')).toEqual(['tenant=a']);
    expect(call?.parentSpanContext?.spanId).toBe(root.spanContext().spanId);
  });

  test('bytes under grpc-trace-bin, where that propagator is used', async () => {
    const pod = track(await startPod(host));
    const [client] = connect(targetOf([pod]), {}, tracing({ propagator: new GrpcTraceBinPropagator() }));
    await unary(client);
    const { traceId, spanId } = sdk.raw[0]!.spanContext();
    expect(pod.seen[0]?.get('traceparent')).toEqual([]);
    expect(pod.seen[0]?.get('grpc-trace-bin')).toEqual([Buffer.from(`0000${traceId}01${spanId}0201`, 'hex')]);
  });

  test('nothing, when tracing is off', async () => {
    const pod = track(await startPod(host));
    const [client] = connect(targetOf([pod]), {}, tracing(false));
    await unary(client);
    expect([sdk.spans, pod.seen[0]?.get('traceparent')]).toEqual([[], []]);
  });
});

test('all four kinds of calls have their spans, and messages their numbers (Go: StreamingRPC_TraceSequenceNumbers)', async () => {
  const pod = track(await startPod(host));
  const [client] = connect(targetOf([pod]), {}, tracing({ messageEvents: true }));
  expect((await allKinds(client)).texts).toEqual(ALL_TEXTS);
  const [sent, got] = ['Outbound message', 'Inbound message'];
  const attempts = (await sdk.ended(8)).filter(({ name }) => name.startsWith('Attempt'));
  const messages = attempts.map(({ events }) => events.filter((name) => name.endsWith('message')).sort());
  expect(messages).toEqual([
    [got, sent],
    [got, sent, sent, sent],
    [got, got, got, sent],
    [got, got, sent, sent],
  ]);
  const chat = sdk.raw.find(({ name }) => name === 'Attempt.fairlead.test.v1.Echo.Chat');
  const numbers = chat?.events.filter(({ name }) => name === got).map(({ attributes }) => attributes);
  expect(numbers).toEqual([0, 1].map((n) => ({ 'sequence-number': n, 'message-size': expect.any(Number) })));
  expect(sdk.spans.every(({ status }) => status === 'OK')).toBe(true);
});

describe('every span ends, once', () => {
  const ends = async (count: number): Promise<string[][]> =>
    (await sdk.ended(count)).map(({ name, status }) => [name, status.slice(0, 24)]);

  test('when the deadline passes', async () => {
    const pod = track(await startPod(host, hanging));
    const [client] = connect(targetOf([pod]), { timeout: '0.1s' });
    await errorOf(unary(client));
    const status = 'ERROR: DEADLINE_EXCEEDED';
    expect(await ends(2)).toEqual([
      [ATTEMPT, status],
      [UNARY, status],
    ]);
  });

  test('when the client cancels, also after the end, as NestJS does', async () => {
    const pod = track(await startPod(host));
    const [client] = connect(targetOf([pod]));
    await new Promise<void>((resolve) => {
      const call = client.unary({ text: '' }, () => {
        call.cancel();
        resolve();
      });
    });
    await errorOf(new Promise((_resolve, reject) => client.unary({ text: '' }, reject).cancel()));
    const spans = await ends(4);
    expect(spans.slice(0, 2)).toEqual([
      [ATTEMPT, 'OK'],
      [UNARY, 'OK'],
    ]);
    expect(spans.slice(2).map(([, status]) => status?.slice(0, 16))).toEqual(['ERROR: CANCELLED', 'ERROR: CANCELLED']);
  });

  test('when the channel is closed under a call that nobody answers', async () => {
    const pod = track(await startPod(host, hanging));
    const [client, channel] = connect(targetOf([pod]), {}, { drainGraceMs: 50 });
    const answer = errorOf(unary(client));
    while (pod.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    channel.close();
    await answer;
    expect((await ends(2)).map(([name]) => name)).toEqual([ATTEMPT, UNARY]);
  });

  test('when the channel is closed while the name is still being resolved', async () => {
    const [client, channel] = connect(
      'manual:///x',
      {},
      { resolvers: [manualResolverFactory('manual', new ManualResolver())] },
    );
    const answer = errorOf(unary(client));
    channel.close();
    await answer;
    expect((await sdk.ended(2)).map(({ name, events }) => [name, events])).toEqual([
      [ATTEMPT, []],
      [UNARY, []],
    ]);
  });

  test('when a breaker refuses: the call has one, and no attempt', async () => {
    const failing: Partial<EchoServer> = {
      unary: (_call, done) => done({ code: grpc.status.INTERNAL, details: 'no' }),
    };
    const pod = track(await startPod(host, failing));
    const [client] = connect(targetOf([pod]), { fairlead: { circuitBreaker: { requestVolume: 1, failureRatio: 0 } } });
    await errorOf(unary(client));
    await errorOf(unary(client));
    expect(await ends(3)).toEqual([
      [ATTEMPT, 'ERROR: INTERNAL, no'],
      [UNARY, 'ERROR: INTERNAL, no'],
      [UNARY, 'ERROR: UNAVAILABLE, The '],
    ]);
  });

  test('when a hedge wins: the one that hangs is cancelled', async () => {
    const pods = [await startPod('127.0.0.1', hanging), await startPod('127.0.0.2', hanging)].map(track);
    const healthy = track(await startPod('127.0.0.3'));
    const hedgingPolicy = { maxAttempts: 3, hedgingDelay: '0.05s' } as const;
    const [client, channel] = connect(targetOf([...pods, healthy]), { hedgingPolicy, fairlead: { hedgingRatio: 1 } });
    channel.connect();
    await channel.ready();
    while (channel.snapshot().members.some(({ connectivity }) => connectivity !== 'ready')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await unary(client);
    const attempts = (await sdk.ended(2)).filter(({ name }) => name === ATTEMPT);
    const states = attempts.map(({ status }) => status.split(',')[0]);
    expect(states.at(-1)).toBe('OK');
    expect(states.slice(0, -1).every((state) => state === 'ERROR: CANCELLED')).toBe(true);
    expect(sdk.spans.at(-1)).toMatchObject({ name: UNARY, status: 'OK' });
  });
});

test('a channel that was made before the SDK was registered is traced from then on', async () => {
  sdk.stop();
  const pods = (await startPods(1)).map(track);
  const [client] = connect(targetOf(pods));
  await unary(client);
  const later = track(new RegisteredSdk());
  await unary(client);
  expect([sdk.spans.length, later.spans.length]).toEqual([0, 2]);
});
