import { EventEmitter } from 'node:events';
import { endpointAt, InvalidServiceConfigError, roundRobin } from '@fairlead/core';
import { serveCall } from '@fairlead/interceptors';
import { ManualResolver, manualResolverFactory, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Channel } from '../channel.js';
import { createChannel } from '../create-channel.js';
import type { ChannelOptions } from '../options.js';
import type { MethodConfigJson, ServiceConfigJson } from '../service-config-json.js';

const { DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;

// The resolver says nothing until a test lets it, so calls are under way for as long as it wants: they wait in the pool.

let clock: VirtualClock;
let resolver: ManualResolver;
const channels: Channel[] = [];

beforeEach(() => {
  clock = new VirtualClock();
  resolver = new ManualResolver();
});

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

function open(options: ChannelOptions = {}): { readonly channel: Channel; readonly told: unknown[][] } {
  const resolvers = [manualResolverFactory('test', resolver)];
  const channel = createChannel('test:///x', grpc.credentials.createInsecure(), { clock, resolvers, ...options });
  channels.push(channel);
  const told: unknown[][] = [];
  channel.on('serviceConfig', (change) => told.push(['serviceConfig', change]));
  channel.on('warning', ({ code, message }) => told.push([code, message]));
  channel.on('breaker', ({ path, to }) => told.push(['breaker', path, to]));
  return { channel, told };
}

/** Begins a call. @returns its statuses so far. */
function call(channel: Channel, path = '/a.B/C', waitForReady = true): grpc.StatusObject[] {
  const statuses: grpc.StatusObject[] = [];
  const made = channel.createCall(path, Infinity, null, null, null);
  const metadata = new grpc.Metadata();
  metadata.setOptions({ waitForReady });
  made.start(metadata, {
    onReceiveMetadata: () => undefined,
    onReceiveMessage: () => undefined,
    onReceiveStatus: (status) => statuses.push(status),
  });
  return statuses;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const all = (config: Omit<MethodConfigJson, 'name'>): ServiceConfigJson => ({
  methodConfig: [{ name: [{}], ...config }],
});
const breaker = (openTime: `${number}s` = '10s'): Omit<MethodConfigJson, 'name'> => ({
  fairlead: { circuitBreaker: { openTime } },
});

const pods = [endpointAt({ kind: 'tcp', host: '127.0.0.1', port: 1 })];
/** What a resolver answers that carries a config. */
const answer = (serviceConfig: unknown) => ({ endpoints: pods, serviceConfig, attributes: {} });

const applied = (source: string, policy = 'peak_ewma', policyChanged = false) => [
  'serviceConfig',
  { source, policy, policyChanged },
];

describe('a config that is set', () => {
  test('holds for the next call; a call in flight keeps what it had', async () => {
    const { channel, told } = open({ serviceConfig: all({ timeout: '5s' }) });
    const before = call(channel);
    channel.setServiceConfig(all({ timeout: '1s' }));
    const after = call(channel);
    clock.advance(1_000);
    await turn();
    expect([before, after.map(({ code }) => code)]).toEqual([[], [DEADLINE_EXCEEDED]]);
    clock.advance(4_000);
    await turn();
    expect(before.map(({ code }) => code)).toEqual([DEADLINE_EXCEEDED]);
    expect(told).toEqual([applied('application')]);
  });

  test('lets calls out of a bulkhead that it widens, at once, and counts those under way', async () => {
    const bulkhead = (maxConcurrent: number) => all({ fairlead: { bulkhead: { maxConcurrent, maxQueue: 1 } } });
    const { channel } = open({ serviceConfig: bulkhead(1) });
    call(channel);
    call(channel);
    expect(channel.snapshot().waitingCalls).toBe(1);
    channel.setServiceConfig(bulkhead(2));
    expect(channel.snapshot().waitingCalls).toBe(2);
    call(channel);
    const refused = call(channel);
    await turn();
    expect(refused[0]).toMatchObject({ code: RESOURCE_EXHAUSTED, details: expect.stringContaining('2 of 2 calls') });
  });

  test('keeps the breakers that it does not change, and their handles in any case', () => {
    const { channel, told } = open({ serviceConfig: all(breaker()) });
    const handle = channel.breaker('/a.B/C')!;
    handle.open();
    channel.setServiceConfig(all({ ...breaker(), timeout: '1s' }));
    expect([channel.breaker('/a.B/C'), handle.state]).toEqual([handle, 'open']);
    channel.setServiceConfig({});
    expect([channel.breaker('/a.B/C'), handle.state]).toEqual([undefined, 'closed']);
    channel.setServiceConfig(all(breaker('1s')));
    expect(channel.breaker('/a.B/C')).toBe(handle);
    handle.open();
    expect(told.filter(([name]) => name === 'breaker')).toEqual([
      ['breaker', '/a.B/C', 'open'],
      ['breaker', '/a.B/C', 'closed'],
      ['breaker', '/a.B/C', 'open'],
    ]);
  });

  test('changes the balancing policy at once, and leaves it alone when it is the same', () => {
    const { channel, told } = open();
    const pickers: number[] = [];
    channel.on('serviceConfig', () => pickers.push(channel.snapshot().generation));
    channel.setServiceConfig({ loadBalancingConfig: [{ peak_ewma: {} }] });
    channel.setServiceConfig({ loadBalancingConfig: [{ round_robin: {} }] });
    channel.setServiceConfig({ loadBalancingPolicy: 'round_robin' });
    channel.setServiceConfig({ loadBalancingConfig: [{ peak_ewma: { decayTime: '1s' } }] });
    channel.setServiceConfig({});
    expect(told).toEqual([
      applied('application'),
      applied('application', 'round_robin', true),
      applied('application', 'round_robin'),
      applied('application', 'peak_ewma', true),
      applied('application', 'peak_ewma', true),
    ]);
    expect(pickers).toEqual([0, 1, 1, 2, 3]);
    expect(channel.snapshot().policy).toBe('peak_ewma');
  });

  test('that is invalid is refused whole with every error, and the old one stays', async () => {
    const { channel, told } = open({ serviceConfig: all({ timeout: '1s' }) });
    const set = (): void => channel.setServiceConfig(all({ timeout: 5, waitForReady: 5 } as never));
    expect(set).toThrow(InvalidServiceConfigError);
    expect(set).toThrow(/methodConfig\[0\]\.timeout: 5 .*; serviceConfig\.methodConfig\[0\]\.waitForReady: 5 /);
    const statuses = call(channel);
    clock.advance(1_000);
    await turn();
    expect([statuses[0]?.code, told]).toEqual([DEADLINE_EXCEEDED, []]);
  });

  test('must not say what an option says', () => {
    const { channel, told } = open({ retryBudget: {}, balancing: () => roundRobin()() });
    const both = { loadBalancingPolicy: 'pick_first', retryThrottling: { maxTokens: 1, tokenRatio: 1 } } as const;
    expect(() => channel.setServiceConfig(both)).toThrow(
      'invalid service config: serviceConfig.loadBalancingConfig: not beside the option balancing; ' +
        'serviceConfig.retryThrottling: not beside the option retryBudget',
    );
    expect([channel.snapshot().policy, told]).toEqual(['round_robin', []]);
  });

  test('brings, changes and takes away what holds for all calls', async () => {
    const limit = (maxLimit: number): ServiceConfigJson => ({
      fairlead: { concurrencyLimit: { initialLimit: maxLimit, maxLimit, minLimit: 1 } },
    });
    const { channel } = open();
    const refusals: (string | undefined)[] = [];
    const step = async (config?: ServiceConfigJson): Promise<void> => {
      if (config !== undefined) channel.setServiceConfig(config);
      const statuses = call(channel, `/a.B/${refusals.length}`);
      await turn();
      refusals.push(statuses[0]?.details);
    };
    await step();
    await step(limit(1));
    await step();
    await step({});
    // The one that began under the first limit is still under way.
    await step(limit(1));
    await step(limit(2));
    const full = (of: number): unknown => expect.stringContaining(`the channel (${of} of ${of} calls under way`);
    expect(refusals).toEqual([undefined, undefined, full(1), undefined, full(1), undefined]);
  });

  test('moves the deadline of calls under another one, of all or of a method', async () => {
    const { channel } = open();
    const incoming = Object.assign(new EventEmitter(), {
      metadata: new grpc.Metadata(),
      cancelled: false,
      getDeadline: () => clock.epochNow() + 500,
    });
    const isLate = async (config: ServiceConfigJson): Promise<boolean> => {
      channel.setServiceConfig(config);
      const statuses = serveCall(incoming, () => call(channel));
      await turn();
      return statuses[0]?.details.endsWith('before the call was made: nothing was sent') ?? false;
    };
    const fairlead = { deadlineMargin: '0.6s' } as const;
    expect([
      await isLate({}),
      await isLate({ fairlead }),
      await isLate({ fairlead, ...all({ fairlead: { deadlineMargin: '0.1s' } }) }),
      await isLate(all({ fairlead })),
      await isLate({}),
    ]).toEqual([false, true, false, true, false]);
  });

  test('is not taken by a closed channel', () => {
    const { channel } = open();
    channel.close();
    expect(() => channel.setServiceConfig({})).toThrow('Channel has been shut down');
  });

  test('has its unknown fields warned of', () => {
    const { channel, told } = open();
    channel.setServiceConfig({ methodConfigs: [] } as never);
    expect(told).toEqual([
      ['service-config', 'serviceConfig.methodConfigs: unknown field, ignored (did you mean methodConfig?)'],
      applied('application'),
    ]);
  });
});

describe('the config of the resolver', () => {
  test('holds while the application gives none; the same again is no change; none again is the default', () => {
    const { channel, told } = open();
    channel.connect();
    resolver.push(answer({ loadBalancingPolicy: 'round_robin' }));
    resolver.push(answer({ loadBalancingPolicy: 'round_robin' }));
    resolver.push(pods);
    resolver.push(pods);
    expect(told).toEqual([applied('resolver', 'round_robin', true), applied('default', 'peak_ewma', true)]);
  });

  test('yields to the options, which is warned of; the rest of it holds', () => {
    const options: ChannelOptions = {
      balancing: () => roundRobin()(),
      retryBudget: {},
      concurrencyLimit: {},
      clientThrottling: {},
      deadlineMarginMs: 0,
    };
    const { channel, told } = open(options);
    channel.connect();
    const fairlead = { retryBudget: {}, concurrencyLimit: {}, clientThrottling: {}, deadlineMargin: '1s' };
    resolver.push(answer({ loadBalancingPolicy: 'pick_first', fairlead, ...all(breaker()) }));
    const lost = (field: string, option: string) => [
      'service-config',
      `${field}: not beside the option ${option}, which wins`,
    ];
    expect(told).toEqual([
      lost('loadBalancingConfig', 'balancing'),
      lost('fairlead.retryBudget', 'retryBudget'),
      lost('fairlead.concurrencyLimit', 'concurrencyLimit'),
      lost('fairlead.clientThrottling', 'clientThrottling'),
      lost('fairlead.deadlineMargin', 'deadlineMarginMs'),
      applied('resolver', 'round_robin'),
    ]);
    expect(channel.breaker('/a.B/C')).toBeDefined();
    resolver.push(answer({ retryThrottling: { maxTokens: 1, tokenRatio: 1 } }));
    expect(told.slice(6)).toEqual([lost('retryThrottling', 'retryBudget'), applied('resolver', 'round_robin')]);
  });

  test('that is invalid changes nothing but the pods, and is warned of once, with every error', () => {
    const { channel, told } = open();
    channel.connect();
    resolver.push(answer(all(breaker())));
    const more = [...pods, endpointAt({ kind: 'tcp', host: '127.0.0.1', port: 2 })];
    for (let n = 0; n < 2; n += 1) {
      resolver.push({ ...answer(all({ timeout: 5, waitForReady: 5 } as never)), endpoints: more });
    }
    expect(channel.breaker('/a.B/C')).toBeDefined();
    expect(channel.snapshot().members).toHaveLength(2);
    expect(channel.snapshot().serviceConfig).toEqual({
      source: 'resolver',
      refused: expect.stringMatching(/^invalid service config: .*timeout: 5 .*waitForReady: 5 /),
    });
    expect(channel.explain()).toMatch(
      /refused, the one in force is from: resolver; invalid service config: .*timeout: 5 /,
    );
    // The good one again is the one that is in force, and nothing is refused any more.
    resolver.push(answer(all(breaker())));
    expect(channel.snapshot().serviceConfig).toEqual({ source: 'resolver', refused: undefined });
    expect(channel.explain()).not.toContain('refused');
    expect(told).toEqual([
      applied('resolver'),
      [
        'service-config-invalid',
        expect.stringMatching(/^the resolver of test:\/\/\/x sent .* stays in use: .*timeout: 5 .*waitForReady: 5 /),
      ],
    ]);
  });

  test.each(['{}', 5, [], null])('that is no object at all is invalid, too: %j', (config) => {
    const { channel } = open();
    channel.connect();
    resolver.push(answer(config));
    expect(channel.snapshot().resolver.lastError).toMatch(
      /^invalid service config: service config: .* \(expected: an object\)$/,
    );
  });

  test('that is invalid after an answer without any leaves the default in force, and the pods are adopted', () => {
    const { channel, told } = open();
    channel.connect();
    resolver.push([]);
    resolver.push(answer({ methodConfig: 5 }));
    expect(channel.snapshot()).toMatchObject({
      members: [{}],
      serviceConfig: { source: 'default', refused: 'invalid service config: methodConfig: 5 (expected: a list)' },
    });
    expect(told.map(([code]) => code)).toEqual(['service-config-invalid']);
    channel.setServiceConfig({});
    expect(channel.snapshot().serviceConfig).toEqual({ source: 'application', refused: undefined });
  });

  test('that is invalid at first is a look-up that failed: calls end with its errors until there is a good one', async () => {
    const { channel } = open();
    channel.connect();
    resolver.push(answer({ methodConfig: 5 }));
    const failed = call(channel, '/a.B/C', false);
    await turn();
    expect(failed[0]).toMatchObject({
      code: UNAVAILABLE,
      details: expect.stringContaining('invalid service config: methodConfig: 5 (expected: a list)'),
    });
    resolver.push(answer({ loadBalancingPolicy: 'round_robin' }));
    expect(channel.snapshot()).toMatchObject({ policy: 'round_robin', members: [{}] });
  });

  test.each([
    ['an option', { serviceConfig: {} }],
    ['grpc.service_config', { 'grpc.service_config': '{}' }],
  ])('does not count beside %s, which is told once', (_name, options) => {
    const { channel, told } = open(options);
    channel.connect();
    for (let n = 0; n < 2; n += 1) resolver.push(answer({ loadBalancingPolicy: 'round_robin' }));
    expect(channel.snapshot().policy).toBe('peak_ewma');
    expect(told).toEqual([['service-config-ignored', expect.stringContaining('the application gave one')]]);
  });

  test('does not count any more once the application set one', () => {
    const { channel, told } = open();
    channel.connect();
    resolver.push(answer({ loadBalancingPolicy: 'round_robin' }));
    channel.setServiceConfig({});
    resolver.push(answer({ loadBalancingPolicy: 'pick_first' }));
    resolver.push(pods);
    expect(told.map(([name]) => name)).toEqual(['serviceConfig', 'serviceConfig', 'service-config-ignored']);
    expect(channel.snapshot().policy).toBe('peak_ewma');
  });
});
