import { describe, expect, test } from '@jest/globals';
import type { HedgingPolicy, MethodConfig, RetryPolicy } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { FakeChannel, pod } from '../../../test/fake-channel.js';
import { HEDGING } from '../../../test/hedging-fixture.js';
import { TestMeter } from '../../../test/metric-reader.js';
import { ObservedCall, settle } from '../../../test/observed-call.js';
import { POLICY } from '../../../test/retry-fixture.js';
import { interceptorsFor } from '../../chain.js';
import { interceptChannel, type InterceptedChannel } from '../../channel/intercept-channel.js';
import { createPolicyContext } from '../../policy-context.js';
import { ChannelMetrics } from './channel-metrics.js';
import { INSTRUMENTS, type InstrumentSpec } from './instruments.js';
import { resolveMetricsOptions, type MetricsOptions } from './metrics-options.js';

const { DEADLINE_EXCEEDED, OK, UNAVAILABLE } = grpc.status;
const TARGET = 'dns:///greeter.prod:50051';
const CALL = { 'grpc.method': 'test.Echo/Unary', 'grpc.target': TARGET };
const ALL = ['rpc', 'grpc', 'grpc-retry'] as const;

interface Fixture {
  readonly clock: VirtualClock;
  readonly wire: FakeChannel;
  readonly channel: InterceptedChannel;
  readonly meter: TestMeter;
}

/** A channel over a wire that the test plays, in virtual time, so that every recorded value is exact. */
function fixture(method: MethodConfig = {}, options: Partial<MetricsOptions> = { instruments: ALL }): Fixture {
  const clock = new VirtualClock();
  const meter = new TestMeter();
  const resolved = resolveMetricsOptions({ meterProvider: meter.provider, ...options });
  const metrics = new ChannelMetrics(resolved, TARGET, clock);
  const context = { ...createPolicyContext({ clock, random: new SeededRandom(1) }), metrics };
  const wire = new FakeChannel();
  return { clock, wire, meter, channel: interceptChannel(wire, (path) => interceptorsFor(method, context, path)) };
}

const retrying = (change: Partial<RetryPolicy> = {}): MethodConfig => ({ retryPolicy: { ...POLICY, ...change } });
const hedging = (change: Partial<HedgingPolicy> = {}): MethodConfig => ({
  hedgingPolicy: { ...HEDGING, ...change },
  hedgingRatio: 1,
});

describe('the metrics of a call', () => {
  test('AllMetrics: one call of one attempt, whole', async () => {
    const { channel, clock, meter, wire } = fixture();
    new ObservedCall(channel).unary('hello');
    clock.advance(20);
    wire.last.pick(pod(1)).headers().message('to you').ok();
    const ended = { ...CALL, 'grpc.status': 'OK' };
    const rpc = {
      'rpc.system.name': 'grpc',
      'rpc.method': 'test.Echo/Unary',
      'rpc.status_code': 'OK',
      'server.address': 'greeter.prod',
      'server.port': 50051,
    };
    const of = (unit: string, attributes: object, value: unknown, kind = 'HISTOGRAM') => ({
      unit,
      kind,
      series: [[attributes, value]],
    });
    expect(await meter.collect()).toEqual({
      'rpc.client.call.duration': of('s', rpc, { count: 1, sum: 0.02 }),
      'grpc.client.call.duration': of('s', ended, { count: 1, sum: 0.02 }),
      'grpc.client.attempt.started': of('{attempt}', CALL, 1, 'COUNTER'),
      'grpc.client.attempt.duration': of('s', ended, { count: 1, sum: 0.02 }),
      'grpc.client.attempt.sent_total_compressed_message_size': of('By', ended, { count: 1, sum: 5 }),
      'grpc.client.attempt.rcvd_total_compressed_message_size': of('By', ended, { count: 1, sum: 6 }),
    });
  });

  test('name the error of a failed call, and take a status that gRPC does not know for UNKNOWN', async () => {
    const { channel, meter, wire } = fixture();
    new ObservedCall(channel).unary();
    wire.last.headers().end(DEADLINE_EXCEEDED);
    new ObservedCall(channel).unary();
    wire.last.headers().end(99 as grpc.status);
    const codes = (await meter.series('rpc.client.call.duration')).map(([attributes]) => [
      attributes['rpc.status_code'],
      attributes['error.type'],
    ]);
    expect(codes).toEqual([
      ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
      ['UNKNOWN', 'UNKNOWN'],
    ]);
  });

  test('count a call once that is cancelled after its end', async () => {
    const { channel, meter, wire } = fixture();
    const { call } = new ObservedCall(channel).unary();
    wire.last.headers().message('x').ok();
    call.cancelWithStatus(grpc.status.CANCELLED, 'late');
    await settle();
    expect(await meter.series('grpc.client.call.duration')).toEqual([
      [
        { ...CALL, 'grpc.status': 'OK' },
        { count: 1, sum: 0 },
      ],
    ]);
  });

  test('are recorded of a call that comes too late to be made, which has no attempt', async () => {
    const { channel, clock, meter } = fixture();
    new ObservedCall(channel, { deadline: clock.epochNow() - 1 }).unary();
    await settle();
    const measured = await meter.collect();
    expect(Object.keys(measured).sort()).toEqual(['grpc.client.call.duration', 'rpc.client.call.duration']);
    expect(await meter.series('grpc.client.call.duration')).toEqual([
      [
        { ...CALL, 'grpc.status': 'DEADLINE_EXCEEDED' },
        { count: 1, sum: 0 },
      ],
    ]);
  });

  test('have the buckets of their standards', async () => {
    const { channel, clock, meter, wire } = fixture(retrying());
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).end(UNAVAILABLE, '', 'maybe-processed');
    clock.advance(200);
    wire.last.pick(pod(2)).end(UNAVAILABLE, '', 'unsent');
    clock.advance(200);
    wire.last.pick(pod(2)).headers().message('x').ok();
    const specs: readonly InstrumentSpec[] = INSTRUMENTS;
    const histograms = specs.filter(({ kind, group }) => kind === 'Histogram' && group !== 'grpc-retry');
    for (const spec of histograms) expect(await meter.boundaries(spec.name)).toEqual(spec.boundaries);
    expect(await meter.boundaries('grpc.client.call.transparent_retries')).toEqual([1, 2, 3, 4, 5, 10]);
    expect(await meter.boundaries('grpc.client.call.retries')).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('the attempts of a call (gRFC A96)', () => {
  test('are not reported when there is one', async () => {
    const { channel, meter, wire } = fixture(retrying(), { instruments: ['grpc-retry'] });
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1)).headers().message('x').ok();
    expect(await meter.collect()).toEqual({});
  });

  test('retries, transparent retries, and the time in which none was under way', async () => {
    const { channel, clock, meter, wire } = fixture(retrying());
    new ObservedCall(channel).unary();
    clock.advance(10);
    wire.last.pick(pod(1), true).end(UNAVAILABLE, '', 'unsent');
    expect(wire.calls).toHaveLength(2);
    wire.last.pick(pod(2)).end(UNAVAILABLE, '', 'maybe-processed');
    const failedAt = clock.now();
    const delayMs = new Promise<number>((resolve) => {
      const createCall = wire.createCall.bind(wire);
      wire.createCall = (...args) => {
        resolve(clock.now() - failedAt);
        return createCall(...args);
      };
    });
    clock.advance(200);
    const delayS = (await delayMs) / 1_000;
    wire.last.pick(pod(3)).headers().message('x').ok();
    expect(delayS).toBeCloseTo(0.1, 1);
    const exported = await meter.collect();
    expect(exported['grpc.client.call.retries']?.series).toEqual([[CALL, { count: 1, sum: 1 }]]);
    expect(exported['grpc.client.call.transparent_retries']?.series).toEqual([[CALL, { count: 1, sum: 1 }]]);
    expect(exported['grpc.client.call.retry_delay']?.series).toEqual([[CALL, { count: 1, sum: delayS }]]);
    expect(exported['grpc.client.call.hedges']).toBeUndefined();
    expect(exported['grpc.client.attempt.started']?.series).toEqual([[CALL, 3]]);
    const durations = exported['grpc.client.attempt.duration']?.series.map(([{ 'grpc.status': code }, value]) => [
      code,
      value,
    ]);
    expect(durations).toEqual([
      ['UNAVAILABLE', { count: 2, sum: 0.01 }],
      ['OK', { count: 1, sum: expect.closeTo(0.2 - delayS, 9) }],
    ]);
    expect(exported['grpc.client.call.duration']?.series).toEqual([
      [
        { ...CALL, 'grpc.status': 'OK' },
        { count: 1, sum: expect.closeTo(0.21, 9) },
      ],
    ]);
  });

  test('a hedge counts with its pick, and one for which no pod could be spared does not', async () => {
    const { channel, clock, meter, wire } = fixture(hedging());
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1));
    clock.advance(100);
    expect(wire.calls).toHaveLength(2);
    wire.last.pick(pod(2)).headers().message('x').ok();
    await settle();
    new ObservedCall(channel).unary();
    const first = wire.last.pick(pod(1));
    clock.advance(100);
    wire.last.end(UNAVAILABLE, 'no other pod can be spared', 'unsent');
    first.headers().message('x').ok();
    const exported = await meter.collect();
    expect(exported['grpc.client.call.hedges']?.series).toEqual([[CALL, { count: 1, sum: 1 }]]);
    expect(exported['grpc.client.attempt.started']?.series).toEqual([[CALL, 3]]);
    const codes = exported['grpc.client.attempt.duration']?.series.map(([attributes]) => attributes['grpc.status']);
    expect(codes).toEqual(['CANCELLED', 'OK']);
    expect(exported['grpc.client.call.retry_delay']).toBeUndefined();
  });
});

describe('what is measured', () => {
  const interceptors = (instruments: MetricsOptions['instruments']): number => {
    const metrics = new ChannelMetrics(
      resolveMetricsOptions({ meterProvider: new TestMeter().provider, instruments }),
      TARGET,
      new VirtualClock(),
    );
    return (
      interceptorsFor({}, { ...createPolicyContext(), metrics }).length -
      interceptorsFor({}, createPolicyContext()).length
    );
  };

  test.each([
    [undefined, 1],
    [['rpc', 'fairlead'], 1],
    [['fairlead', 'grpc-subchannel', 'grpc-lb'], 0],
    [[], 0],
    [['grpc.client.attempt.duration'], 1],
    [['grpc-retry'], 2],
    [['grpc'], 2],
  ] as const)('%j: %i policies are in the chain', (instruments, expected) => {
    expect(interceptors(instruments)).toBe(expected);
  });

  test('a single instrument can be chosen', async () => {
    const { channel, meter, wire } = fixture({}, { instruments: ['grpc.client.attempt.started'] });
    new ObservedCall(channel).unary();
    wire.last.ok();
    expect(Object.keys(await meter.collect())).toEqual(['grpc.client.attempt.started']);
  });

  test('MethodAttributeFilter: methods that may not be named are one, "other"', async () => {
    const methodAttributeFilter = (method: string): boolean => method === 'test.Echo/Unary';
    const { channel, meter, wire } = fixture({}, { instruments: ALL, methodAttributeFilter });
    for (const path of ['/test.Echo/Unary', '/test.Echo/Other', '/made.up/Path']) {
      new ObservedCall(channel, { path }).unary();
      wire.last.end(OK);
    }
    const started = await meter.series('grpc.client.attempt.started');
    expect(started.map(([attributes, value]) => [attributes['grpc.method'], value])).toEqual([
      ['test.Echo/Unary', 1],
      ['other', 2],
    ]);
    const rpc = await meter.series('rpc.client.call.duration');
    expect(rpc.map(([attributes]) => attributes['rpc.method'])).toEqual(['test.Echo/Unary', '_OTHER']);
  });

  test('paths that are made up at run time do not make series without end', async () => {
    const { channel, meter, wire } = fixture({}, { instruments: ['grpc.client.attempt.started'] });
    for (let n = 0; n < 1_200; n += 1) {
      new ObservedCall(channel, { path: `/made.up/Path${n}` }).unary();
      wire.last.end(OK);
    }
    const started = await meter.series('grpc.client.attempt.started');
    expect(started).toHaveLength(1_001);
    expect(started.find(([attributes]) => attributes['grpc.method'] === 'other')?.[1]).toBe(200);
  });
});
