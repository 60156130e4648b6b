import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { MethodSettings } from './method-settings.js';
import type { ChannelOptions } from './options.js';

const channels: Channel[] = [];

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

function open(options: ChannelOptions): Channel {
  const channel = createChannel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), options);
  channels.push(channel);
  return channel;
}

/** Every field with its type, but for those that exclude another: the compiler complains when a twin is missing. */
const SETTINGS: Required<Omit<MethodSettings, 'retry' | 'concurrencyLimit'>> & MethodSettings = {
  timeoutMs: 2_000,
  waitForReady: true,
  maxRequestMessageBytes: 1_000,
  maxResponseMessageBytes: 1_000,
  hedging: { maxAttempts: 2, hedgingDelayMs: 50, nonFatalStatusCodes: ['UNAVAILABLE'] },
  hedgingDelay: { quantile: 'p95', minMs: 1, maxMs: 100 },
  hedgingRatio: 0.1,
  perAttemptTimeoutMs: 500,
  circuitBreaker: { failureRatio: 0.1, requestVolume: 5, windowMs: 1_000, openTimeMs: 100, probeTimeoutMs: 100 },
  bulkhead: { maxConcurrent: 5, maxQueue: 5 },
  clientThrottling: { multiplier: 1.5, windowMs: 30_000 },
  deadlineMarginMs: 20,
};

test('settings of methods are options, by method, by service and for all', () => {
  const breaker = { circuitBreaker: {} };
  const channel = open({ methods: { 'a.B/C': SETTINGS, 'a.D': breaker, '*': { timeoutMs: 1_000 } } });
  expect(['/a.B/C', '/a.D/E', '/a.B/D'].map((path) => channel.breaker(path) !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
});

test('what is wrong with them is named as it was written', () => {
  const retry = {
    maxAttempts: 1,
    initialBackoffMs: 1,
    maxBackoffMs: 1,
    backoffMultiplier: 1,
    retryableStatusCodes: [14],
  };
  expect(() => open({ methods: { 'a.B/C': { retry } } })).toThrow("methods['a.B/C'].retry.maxAttempts: 1 (expected: ");
});

const entry = { name: [{ service: 'a.B' }], fairlead: { circuitBreaker: {} } };

test('beside a service config they are as if they stood in it; the same name in both is refused', () => {
  const serviceConfig = { methodConfig: [entry] };
  const channel = open({ serviceConfig, methods: { 'a.C': { circuitBreaker: {} }, '*': {} } });
  expect(['/a.B/A', '/a.C/A', '/a.D/A'].map((path) => channel.breaker(path) !== undefined)).toEqual([
    true,
    true,
    false,
  ]);
  expect(() => open({ serviceConfig, methods: { 'a.B': {} } })).toThrow(
    "invalid service config: serviceConfig.methodConfig[0].name[0]: /a.B/ is set by methods['a.B'], too",
  );
});

test('a service config that is set later leaves them in force, and must not name the same', () => {
  const channel = open({ methods: { 'a.C': { circuitBreaker: {} } } });
  channel.breaker('/a.C/A')?.open();
  channel.setServiceConfig({ methodConfig: [entry] });
  expect(['/a.B/A', '/a.C/A'].map((path) => channel.breaker(path)?.state)).toEqual(['closed', 'open']);
  expect(() => channel.setServiceConfig({ methodConfig: [{ name: [{ service: 'a.C' }] }] })).toThrow(
    "/a.C/ is set by methods['a.C'], too",
  );
});

test('beside a service config of the resolver they win, and that is warned of', () => {
  const resolver = new ManualResolver();
  const channel = createChannel('test:///x', grpc.credentials.createInsecure(), {
    resolvers: [manualResolverFactory('test', resolver)],
    methods: { 'a.B': {} },
  });
  channels.push(channel);
  const warnings: string[] = [];
  channel.on('warning', ({ message }) => warnings.push(message));
  channel.connect();
  const other = { name: [{ service: 'a.C' }], fairlead: { circuitBreaker: {} } };
  resolver.push({ endpoints: [], serviceConfig: { methodConfig: [entry, other] }, attributes: {} });
  expect(['/a.B/A', '/a.C/A'].map((path) => channel.breaker(path) !== undefined)).toEqual([false, true]);
  expect(warnings).toEqual(["methodConfig[0].name[0]: /a.B/ is set by methods['a.B'], which wins"]);
});
