import { roundRobin } from '@fairlead/core';
import { ManualResolver, manualResolverFactory, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Channel } from '../channel.js';
import { createChannel } from '../create-channel.js';
import type { ChannelOptions } from '../options.js';
import type { ServiceConfigJson } from '../service-config-json.js';

const { DEADLINE_EXCEEDED } = grpc.status;
const channels: Channel[] = [];

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

type Source = 'call' | 'methods' | 'application' | 'resolver' | 'default';

/** From the one that always wins to the one that holds when nobody says anything. */
const ORDER: readonly Source[] = ['call', 'methods', 'application', 'resolver', 'default'];

/** Each source says another time, so that the time at which a call ends tells who was heard. */
const MS: Readonly<Record<Source, number>> = {
  call: 5_000,
  methods: 4_000,
  application: 3_000,
  resolver: 2_000,
  default: 1_000,
};

const timeout = (source: Source): ServiceConfigJson => ({
  methodConfig: [{ name: [{}], timeout: `${MS[source] / 1_000}s` }],
});

/** How long a call lives when these sources say something. */
async function timeoutOf(
  sources: ReadonlySet<Source>,
  timeoutMs: Readonly<Record<Source, number>> = MS,
): Promise<number> {
  const clock = new VirtualClock();
  const resolver = new ManualResolver();
  const options: ChannelOptions = {
    clock,
    resolvers: [manualResolverFactory('test', resolver)],
    ...(sources.has('default') && { defaultServiceConfig: defaultBeside(sources) }),
    ...(sources.has('methods') && { methods: { '*': { timeoutMs: MS.methods } } }),
  };
  const channel = createChannel('test:///x', grpc.credentials.createInsecure(), options);
  channels.push(channel);
  channel.connect();
  resolver.push({
    endpoints: [],
    attributes: {},
    ...(sources.has('resolver') && { serviceConfig: timeout('resolver') }),
  });
  if (sources.has('application')) setConfig(channel, sources);
  const statuses: grpc.status[] = [];
  const deadline = sources.has('call') ? clock.epochNow() + timeoutMs.call : Infinity;
  const call = channel.createCall('/a.B/C', deadline, null, null, null);
  const metadata = new grpc.Metadata({ waitForReady: true });
  call.start(metadata, {
    onReceiveMetadata: () => undefined,
    onReceiveMessage: () => undefined,
    onReceiveStatus: ({ code }) => statuses.push(code),
  });
  const begin = clock.now();
  while (statuses.length === 0 && clock.now() - begin < 10_000) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([[], [DEADLINE_EXCEEDED]]).toContainEqual(statuses);
  return statuses.length === 0 ? Infinity : clock.now() - begin;
}

/** As for the config of the application. */
function defaultBeside(sources: ReadonlySet<Source>): ServiceConfigJson {
  const defaultServiceConfig = timeout('default');
  if (!sources.has('methods')) return defaultServiceConfig;
  const both: ChannelOptions = { defaultServiceConfig, methods: { '*': {} } };
  expect(() => createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), both)).toThrow(
    "the default is set by methods['*'], too",
  );
  return {};
}

/** Beside the same name in `methods` a config of the application is refused, so there it says something of another method. */
function setConfig(channel: Channel, sources: ReadonlySet<Source>): void {
  if (!sources.has('methods')) return channel.setServiceConfig(timeout('application'));
  expect(() => channel.setServiceConfig(timeout('application'))).toThrow("the default is set by methods['*'], too");
  channel.setServiceConfig({});
}

const PAIRS = ORDER.flatMap((winner, index) => ORDER.slice(index + 1).map((loser) => [winner, loser] as const));

describe('of two who say how long a call may take', () => {
  test.each(PAIRS.filter(([winner]) => winner !== 'call'))('%s wins over %s', async (winner, loser) => {
    expect(await timeoutOf(new Set([winner, loser]))).toBe(MS[winner]);
  });

  test.each(PAIRS.filter(([winner]) => winner === 'call'))(
    'the earlier one counts when it is the %s and %s',
    async (_call, other) => {
      expect(await timeoutOf(new Set(['call', other]))).toBe(MS[other]);
      expect(await timeoutOf(new Set(['call', other]), { ...MS, call: 500 })).toBe(500);
    },
  );
});

test('nobody says anything: there is no end', async () => {
  expect(await timeoutOf(new Set())).toBe(Infinity);
});

test('all at once: the option of the method, and the earlier end of the call', async () => {
  expect(await timeoutOf(new Set(ORDER))).toBe(MS.methods);
});

describe('of two who name a balancing policy', () => {
  const option: ChannelOptions = { balancing: () => roundRobin()() };
  const first = { loadBalancingPolicy: 'pick_first' } as const;
  const least = { loadBalancingConfig: [{ least_request: {} }] };

  function policyOf(options: ChannelOptions, config?: ServiceConfigJson): string {
    const resolver = new ManualResolver();
    const resolvers = [manualResolverFactory('test', resolver)];
    const channel = createChannel('test:///x', grpc.credentials.createInsecure(), { ...options, resolvers });
    channels.push(channel);
    channel.connect();
    resolver.push({ endpoints: [], attributes: {}, serviceConfig: config });
    return channel.snapshot().policy;
  }

  test('the option wins over the resolver, and is refused beside a config of the application', () => {
    expect(policyOf(option, first)).toBe('round_robin');
    expect(() => policyOf({ ...option, serviceConfig: first })).toThrow(
      'not set beside serviceConfig.loadBalancingConfig',
    );
    expect(() => policyOf({ ...option, defaultServiceConfig: first })).toThrow(
      'not set beside defaultServiceConfig.loadBalancingConfig',
    );
  });

  test('the config of the application wins over the resolver, that one over the default, and that over peak_ewma', () => {
    expect(policyOf({ serviceConfig: least }, first)).toBe('least_request');
    expect(policyOf({ defaultServiceConfig: least }, first)).toBe('pick_first');
    expect(policyOf({ defaultServiceConfig: least })).toBe('least_request');
    expect(policyOf({})).toBe('peak_ewma');
  });
});

describe('the default config', () => {
  const defaultServiceConfig = timeout('default');

  test('is of no use beside one of the application', () => {
    for (const other of [{ serviceConfig: {} }, { 'grpc.service_config': '{}' }]) {
      expect(() =>
        createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), { defaultServiceConfig, ...other }),
      ).toThrow(/^defaultServiceConfig: .* \(expected: not set beside serviceConfig or grpc.service_config\)$/);
    }
  });

  test('that is invalid fails the construction, with every error', () => {
    const bad = { methodConfig: [{ timeout: 5, waitForReady: 5 }] } as never;
    expect(() =>
      createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), { defaultServiceConfig: bad }),
    ).toThrow(
      /^invalid service config: defaultServiceConfig\.methodConfig\[0\]\.timeout: 5 .*; defaultServiceConfig\.methodConfig\[0\]\.waitForReady: 5 /,
    );
  });

  test('is in force again when the resolver has none any more, and is not warned of again', async () => {
    const resolver = new ManualResolver();
    const resolvers = [manualResolverFactory('test', resolver)];
    const channel = createChannel('test:///x', grpc.credentials.createInsecure(), {
      defaultServiceConfig: { loadBalancingPolicy: 'round_robin', nobody: 'knows' } as ServiceConfigJson,
      resolvers,
    });
    channels.push(channel);
    const told: unknown[] = [];
    channel.on('serviceConfig', ({ source, policy }) => told.push([source, policy]));
    channel.on('warning', ({ message }) => told.push(message));
    await Promise.resolve();
    channel.connect();
    resolver.push({ endpoints: [], attributes: {}, serviceConfig: {} });
    resolver.push([]);
    expect(told).toEqual([
      'defaultServiceConfig.nobody: unknown field, ignored',
      ['resolver', 'peak_ewma'],
      ['default', 'round_robin'],
    ]);
  });
});
