import { INSTRUMENTS } from '@fairlead/interceptors';
import { RawServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { metrics as globalMetrics, type Meter } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { allKinds, errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { TestMeter, type Exported } from '../test/metric-reader.js';
import { startPod, startPods, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { INTERNAL, RESOURCE_EXHAUSTED } = grpc.status;
const UNARY = '/fairlead.test.v1.Echo/Unary';
const EVERYTHING = ['rpc', 'fairlead', 'grpc', 'grpc-retry', 'grpc-subchannel', 'grpc-lb'] as const;

let meter: TestMeter;

beforeEach(() => {
  meter = new TestMeter();
});

afterEach(() => meter.close());

function connect(
  target: string,
  options: ChannelOptions = { metrics: { meterProvider: meter.provider, instruments: EVERYTHING } },
): [EchoClient, Channel] {
  const channel = track(createChannel(target, insecure, options));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never happened: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** `method OK: 2` for each series: what changes from run to run left out. */
function countsOf({ series }: Exported): string[] {
  return series.map(([attributes, value]) => {
    const { 'grpc.target': _, 'server.address': __, 'server.port': ___, ...labels } = attributes;
    return [...Object.values(labels), (value as { count?: number }).count ?? value].join(' ');
  });
}

describe('all metrics, over real servers', () => {
  test('AllMetrics: whatever four kinds of calls leave, whole', async () => {
    const pods = (await startPods(2)).map(track);
    const [client, channel] = connect(targetOf(pods));
    await channel.ready();
    await until(() => channel.snapshot().members.every(({ connectivity }) => connectivity === 'ready'));
    await allKinds(client);
    await unary(client);
    const exported = await meter.collect();
    const methods = ['Unary', 'Collect', 'Repeat', 'Chat'].map((name) => `fairlead.test.v1.Echo/${name}`);
    const ended = methods.map((method, index) => `${method} OK ${index === 0 ? 2 : 1}`);
    const counts = Object.fromEntries(Object.entries(exported).map(([name, one]) => [name, countsOf(one)]));
    const [balance] = counts['fairlead.retry_budget.balance'] ?? [];
    const [age] = counts['fairlead.resolver.age'] ?? [];
    expect([Number(balance), Number(age)]).toEqual([expect.closeTo(101, 3), expect.any(Number)]);
    const picks = counts['fairlead.member.picks']!.map((text) => Number(text.split(' ')[1]));
    expect(picks.reduce((sum, count) => sum + count)).toBe(5);
    expect(counts).toEqual({
      'rpc.client.call.duration': ended.map((text) => `grpc ${text}`),
      'grpc.client.call.duration': ended,
      'grpc.client.attempt.started': methods.map((method, index) => `${method} ${index === 0 ? 2 : 1}`),
      'grpc.client.attempt.duration': ended,
      'grpc.client.attempt.sent_total_compressed_message_size': ended,
      'grpc.client.attempt.rcvd_total_compressed_message_size': ended,
      'grpc.subchannel.connection_attempts_succeeded': ['2'],
      'grpc.subchannel.connection_attempts_failed': ['0'],
      'grpc.subchannel.open_connections': ['2'],
      'fairlead.retry_budget.balance': [balance],
      'fairlead.pool.rotations': ['0'],
      'fairlead.pool.waiting_calls': ['0'],
      'fairlead.pool.members': ['idle 0', 'connecting 0', 'ready 2', 'transient-failure 0', 'draining 0'],
      'fairlead.resolver.age': [age],
      'fairlead.resolver.state_age': ['0'],
      'fairlead.member.picks': [`#1 ${picks[0]}`, `#2 ${picks[1]}`, 'other 0'],
      'fairlead.member.in_flight': ['#1 0', '#2 0'],
    });
  });

  test('have the unit, the kind and the attributes that are written down', async () => {
    const handlers: Partial<EchoServer> = { unary: (_, done) => done({ code: INTERNAL, details: 'no' }) };
    const pod = track(await startPod('127.0.0.1', handlers));
    const fairlead = { circuitBreaker: { requestVolume: 5 }, bulkhead: { maxConcurrent: 3 } };
    const [client] = connect(targetOf([pod]), {
      serviceConfig: { methodConfig: [{ name: [{}], fairlead }] },
      concurrencyLimit: {},
      metrics: { meterProvider: meter.provider, instruments: EVERYTHING },
    });
    await errorOf(unary(client));
    const exported = await meter.collect();
    for (const [name, { unit, kind, series }] of Object.entries(exported)) {
      const spec = INSTRUMENTS.find((one) => one.name === name)!;
      expect([name, unit, kind]).toEqual([name, spec.unit, spec.kind.replace(/\B[A-Z]/g, '_$&').toUpperCase()]);
      const optional = ['error.type', 'server.port', 'fairlead.bulkhead.algorithm'];
      for (const [attributes] of series) {
        const expected = spec.attributes.filter((key) => key in attributes || !optional.includes(key));
        expect([name, Object.keys(attributes).sort()]).toEqual([name, [...expected].sort()]);
      }
    }
  });

  test('MetricsDisabled: a channel without the option leaves nothing, and does not look for a global provider', async () => {
    globalMetrics.setGlobalMeterProvider(meter.provider);
    const pod = track(await startPod('127.0.0.1'));
    const [client] = connect(targetOf([pod]), {});
    await unary(client);
    globalMetrics.disable();
    expect(await meter.collect()).toEqual({});
  });
});

describe('SubChannelMetrics', () => {
  const connections = async (): Promise<Record<string, unknown>> => {
    const exported = await meter.collect();
    return Object.fromEntries(
      Object.entries(exported).flatMap(([name, one]) =>
        name.startsWith('grpc.subchannel.') ? [[name.slice('grpc.subchannel.'.length), countsOf(one)]] : [],
      ),
    );
  };
  const only = (): ChannelOptions => ({
    metrics: { meterProvider: meter.provider, instruments: ['grpc-subchannel'] },
    'grpc.initial_reconnect_backoff_ms': 100,
  });

  test('ConnectionLifecycle: made, told to go away, made again, reset, refused', async () => {
    const server = track(await RawServer.start());
    const [client, channel] = connect(`ipv4:${server.address}`, only());
    await unary(client).catch(() => undefined);
    const since = (counter: 'connectionAttemptsSucceeded' | 'connectionAttemptsFailed') =>
      channel.snapshot().counters[counter];
    const made = { connection_attempts_failed: ['0'], open_connections: ['1'] };
    expect(await connections()).toEqual({ ...made, connection_attempts_succeeded: ['1'] });
    server.goaway();
    await until(() => since('connectionAttemptsSucceeded') === 2);
    expect(await connections()).toEqual({
      ...made,
      connection_attempts_succeeded: ['2'],
      disconnections: ['GOAWAY 1'],
    });
    server.cut();
    await server.close();
    await until(() => since('connectionAttemptsFailed') >= 2);
    expect(await connections()).toMatchObject({
      connection_attempts_failed: [expect.stringMatching(/^[2-9]$/)],
      open_connections: ['0'],
      disconnections: ['GOAWAY 1', 'connection reset 1'],
    });
  });

  test('DisconnectionLabels: a channel that is closed ends its connections itself, and its counters stay', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const [client, channel] = connect(targetOf([pod]), only());
    await unary(client);
    await meter.collect();
    channel.close();
    const closed = {
      connection_attempts_succeeded: ['1'],
      connection_attempts_failed: ['0'],
      open_connections: ['0'],
      disconnections: ['subchannel shutdown 1'],
    };
    expect(await connections()).toEqual(closed);
    expect(await connections()).toEqual(closed);
  });
});

test('nothing is asked of a channel any more when it is closed and was read once more', async () => {
  // Of every meter of the SDK, whatever its name and version.
  const meters = Object.getPrototypeOf(meter.provider.getMeter('any')) as Meter;
  const removed = jest.spyOn(meters, 'removeBatchObservableCallback');
  const pod = track(await startPod('127.0.0.1'));
  const [client, channel] = connect(targetOf([pod]));
  await unary(client);
  await meter.collect();
  expect(removed).not.toHaveBeenCalled();
  channel.close();
  await meter.collect();
  expect(removed).toHaveBeenCalledTimes(1);
  removed.mockRestore();
});

describe('our own metrics', () => {
  /** A server that answers when it is told to. */
  function patient(): { readonly handlers: Partial<EchoServer>; answer(): void } {
    const waiting: (() => void)[] = [];
    return {
      answer: () => waiting.splice(0).forEach((done) => done()),
      handlers: {
        unary: ({ request }, done) => void waiting.push(() => done(null, { text: request.text, server: '' })),
      },
    };
  }

  const values = async (name: string): Promise<string[]> => {
    const exported = (await meter.collect())[name];
    return exported ? countsOf(exported) : [];
  };

  test('the bulkhead and the calls in flight of a member, while calls run', async () => {
    const { answer, handlers } = patient();
    const pod: TestPod = track(await startPod('127.0.0.1', handlers));
    const bulkhead = { maxConcurrent: 2, maxQueue: 1, group: 'slow' };
    const [client] = connect(targetOf([pod]), {
      serviceConfig: { methodConfig: [{ name: [{}], fairlead: { bulkhead } }] },
      metrics: { meterProvider: meter.provider },
    });
    const calls = [unary(client), unary(client), unary(client)];
    expect((await errorOf(unary(client))).code).toBe(RESOURCE_EXHAUSTED);
    await until(() => pod.seen.length === 2);
    expect(await values('fairlead.bulkhead.size')).toEqual(['group "slow" 2']);
    expect(await values('fairlead.bulkhead.running')).toEqual(['group "slow" 2']);
    expect(await values('fairlead.bulkhead.queued')).toEqual(['group "slow" 1']);
    expect(await values('fairlead.member.in_flight')).toEqual(['#1 2']);
    answer();
    await until(() => pod.seen.length === 3);
    answer();
    await Promise.all(calls);
    expect(await values('fairlead.bulkhead.running')).toEqual(['group "slow" 0']);
    expect(await values('fairlead.member.in_flight')).toEqual(['#1 0']);
    expect(await values('fairlead.member.picks')).toEqual(['#1 3', 'other 0']);
  });

  test('adaptive limits by their algorithm, and nothing of what a later config has not', async () => {
    // A series that is not observed any more is told as 0.
    const present = async (name: string): Promise<string[]> =>
      (await values(name)).filter((value) => !value.endsWith(' 0')).sort();
    const pod = track(await startPod('127.0.0.1'));
    const all = (fairlead: object) => ({ methodConfig: [{ name: [{}], fairlead }] });
    const [client, channel] = connect(targetOf([pod]), {
      serviceConfig: all({ bulkhead: { maxConcurrent: 5 }, circuitBreaker: {} }),
      concurrencyLimit: { algorithm: 'aimd', initialLimit: 7 },
      metrics: { meterProvider: meter.provider },
    });
    await unary(client);
    const path = '/fairlead.test.v1.Echo/Unary';
    expect(await present('fairlead.bulkhead.size')).toEqual([`${path} 5`, 'the channel aimd 7']);
    expect(await present('fairlead.circuit_breaker.state')).toHaveLength(1);
    channel.setServiceConfig(all({ concurrencyLimit: { algorithm: 'gradient', initialLimit: 9 } }));
    await unary(client);
    expect(await present('fairlead.bulkhead.size')).toEqual([`${path} gradient 9`, 'the channel aimd 7']);
    expect(await present('fairlead.circuit_breaker.state')).toEqual([]);
    channel.setServiceConfig(all({}));
    expect(await present('fairlead.bulkhead.size')).toEqual(['the channel aimd 7']);
    channel.setServiceConfig(all({ bulkhead: { maxConcurrent: 5 }, circuitBreaker: {} }));
    await unary(client);
    expect(await present('fairlead.bulkhead.size')).toEqual([`${path} 5`, 'the channel aimd 7']);
    expect(await present('fairlead.circuit_breaker.state')).toHaveLength(1);
  });

  test('the state of a circuit breaker, and that it is gone with its channel', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const [client, channel] = connect(targetOf([pod]), {
      serviceConfig: { methodConfig: [{ name: [{}], fairlead: { circuitBreaker: {} } }] },
      metrics: { meterProvider: meter.provider },
    });
    await unary(client);
    const states = (closed: number, open: number): string[] =>
      Object.entries({ closed, open, 'half-open': 0 }).map(([state, count]) => `${UNARY.slice(1)} ${state} ${count}`);
    expect(await values('fairlead.circuit_breaker.state')).toEqual(states(1, 0));
    channel.breaker(UNARY)?.open();
    expect(await values('fairlead.circuit_breaker.state')).toEqual(states(0, 1));
    channel.close();
    expect(await values('fairlead.circuit_breaker.state')).toEqual(states(0, 0));
    expect(await values('fairlead.pool.members')).toContain('ready 0');
  });

  test('two channels to one target are counted together, also when one is closed', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const options = { metrics: { meterProvider: meter.provider, instruments: ['fairlead.member.picks'] } } as const;
    const [one, channel] = connect(targetOf([pod]), options);
    const [other] = connect(targetOf([pod]), options);
    await Promise.all([unary(one), unary(other), unary(other)]);
    expect(await values('fairlead.member.picks')).toEqual(['#1 3', 'other 0']);
    await unary(one);
    channel.close();
    await unary(other);
    const picks = (await values('fairlead.member.picks')).map((text) => Number(text.split(' ')[1]));
    expect(picks.reduce((sum, count) => sum + count)).toBe(5);
  });
});
