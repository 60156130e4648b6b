import { describe, expect, test } from '@jest/globals';
import { InvalidOptionError, InvalidTargetError, type ResolverFactory } from '@fairlead/core';
import { credentials } from '@grpc/grpc-js';
import type { PoolOptions } from './options.js';
import { Pool } from './pool.js';

const insecure = credentials.createInsecure();
const make = (options: unknown, target = 'ipv4:127.0.0.1:1'): Pool =>
  new Pool(target, insecure, options as PoolOptions);

describe('the options of a pool', () => {
  test.each<[unknown, string]>([
    [
      { refreshIntervalMS: 5_000 },
      'refreshIntervalMS: 5000 (expected: unknown option (did you mean `refreshIntervalMs`?))',
    ],
    [{ conectTimeoutMs: 1 }, 'did you mean `connectTimeoutMs`?'],
    [{ colour: 'blue' }, 'unknown option; known are `refreshIntervalMs`'],
    [{ refreshIntervalMs: 999 }, 'refreshIntervalMs: 999 (expected: a duration, 1000 to 2147483647 ms)'],
    [{ refreshIntervalMs: '5s' }, 'refreshIntervalMs: "5s"'],
    [{ refreshIntervalMs: Infinity }, 'refreshIntervalMs: Infinity'],
    [{ connectTimeoutMs: 99 }, 'connectTimeoutMs: 99 (expected: a duration, 100 to 600000 ms)'],
    [{ connectionAttemptDelayMs: 99 }, 'connectionAttemptDelayMs: 99 (expected: a duration, 100 to 2000 ms)'],
    [{ connectionAttemptDelayMs: 2_001 }, 'connectionAttemptDelayMs: 2001'],
    [{ connectTimeoutMs: NaN }, 'connectTimeoutMs: NaN'],
    [{ drainGraceMs: -1 }, 'drainGraceMs: -1'],
    [{ maxConnectionAgeMs: 999 }, 'maxConnectionAgeMs: 999 (expected: a duration, at least 1000 ms, or Infinity)'],
    [{ maxConnectionAgeGraceMs: -1 }, 'maxConnectionAgeGraceMs: -1'],
    [{ idleTimeoutMs: 999 }, 'idleTimeoutMs: 999 (expected: a duration, at least 1000 ms, or Infinity)'],
    [{ idleTimeoutMs: '30m' }, 'idleTimeoutMs: "30m"'],
    [
      { idleTimeoutMs: Infinity, 'grpc.client_idle_timeout_ms': 60_000 },
      'grpc.client_idle_timeout_ms: 60000 (expected: not set beside idleTimeoutMs, or equal to it: Infinity)',
    ],
    [{ keepaliveTimeMs: 9_999 }, 'keepaliveTimeMs: 9999 (expected: a duration, 10000 to'],
    [{ keepaliveTimeoutMs: Infinity }, 'keepaliveTimeoutMs: Infinity'],
    [
      { keepaliveTimeoutMs: 5_000 },
      'keepaliveTimeoutMs: 5000 (expected: not set without keepaliveTimeMs, which is how often to ping)',
    ],
    [
      { keepaliveWithoutCalls: true, 'grpc.keepalive_time_ms': -1 },
      'keepaliveWithoutCalls: true (expected: not set without keepaliveTimeMs, which is how often to ping)',
    ],
    [
      { 'grpc.keepalive_time_ms': 5_000 },
      'grpc.keepalive_time_ms: 5000 (expected: a whole number of ms, at least 10000 (gRFC A8); 2147483647 or -1 for never)',
    ],
    [{ keepaliveWithoutCalls: 1 }, 'keepaliveWithoutCalls: 1 (expected: true or false)'],
    [
      { keepaliveTimeMs: 10_000, 'grpc.keepalive_time_ms': 20_000 },
      'grpc.keepalive_time_ms: 20000 (expected: not set beside keepaliveTimeMs, or equal to it: 10000)',
    ],
    [
      { keepaliveWithoutCalls: false, 'grpc.keepalive_permit_without_calls': 1 },
      'grpc.keepalive_permit_without_calls: 1 (expected: not set beside keepaliveWithoutCalls, or equal to it: false)',
    ],
    [{ minReadyMembers: 0 }, 'minReadyMembers: 0 (expected: an integer, at least 1)'],
    [{ balancing: 'round_robin' }, 'balancing: "round_robin" (expected: a function)'],
    [{ resolvers: {} }, 'resolvers: '],
    [{ resolvers: [{ schemes: 'x' }] }, 'resolvers: '],
    [{ resolvers: [null] }, 'resolvers: '],
    [{ resolvers: [{ schemes: ['X'], create: () => undefined }] }, 'schemes: "X" (expected: a lower-case URI scheme)'],
    [{ defaultScheme: '' }, 'defaultScheme: ""'],
    [{ defaultScheme: 'a b' }, 'defaultScheme: "a b"'],
    [{ clock: {} }, 'clock: '],
    [{ clock: null }, 'clock: null (expected: an object with now(), epochNow(), schedule(), nextRound())'],
    [{ random: { next: 1 } }, 'random: '],
    [{ minRefreshIntervalMs: 9 }, 'minRefreshIntervalMs: 9 (expected: a duration, 10 to 2147483647 ms)'],
    [{ minRefreshIntervalMs: 5_001 }, 'minRefreshIntervalMs: 5001 (expected: at most refreshIntervalMs, 5000)'],
    [{ lookupTimeoutMs: 600_001 }, 'lookupTimeoutMs: 600001 (expected: a duration, 100 to 600000 ms)'],
    [{ lookUpServiceConfig: 1 }, 'lookUpServiceConfig: 1'],
    [
      { lookUpServiceConfig: true, 'grpc.service_config_disable_resolution': 1 },
      'lookUpServiceConfig: true (expected: not true beside grpc.service_config_disable_resolution: 1)',
    ],
    [null, 'options: null (expected: an object)'],
    [[], 'options: '],
    ['fast', 'options: "fast"'],
  ])('%j is refused', (options, message) => {
    expect(() => make(options)).toThrow(InvalidOptionError);
    expect(() => make(options)).toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ['grpc.use_local_subchannel_pool', 0, 'expected: 1, because a member has a connection of its own'],
    ['grpc.enable_retries', 1, 'expected: 0, because retries of grpc-js go back to the same pod'],
    ['grpc.service_config_disable_resolution', 0, 'because the pool resolves'],
    ['grpc.enable_http_proxy', 1, 'because a proxy variable'],
    ['grpc.client_idle_timeout_ms', 999, 'at least 1000 ms'],
    ['grpc.client_idle_timeout_ms', '30m', 'a whole number'],
    ['grpc.service_config', '{}', 'createChannel of fairlead'],
    ['grpc.lb_policy_name', 'round_robin', 'grpc-js ignores it'],
    ['grpc.dns_min_time_between_resolutions_ms', 1_000, 'use `refreshIntervalMs`'],
    ['grpc.initial_reconnect_backoff_ms', 5, 'at least 100 ms'],
    ['grpc.initial_reconnect_backoff_ms', Infinity, 'at least 100 ms'],
    ['grpc.max_reconnect_backoff_ms', 500, 'at least grpc.initial_reconnect_backoff_ms, 1000'],
  ])('the channel argument %s = %j is refused with the reason', (name, value, reason) => {
    expect(() => make({ [name]: value })).toThrow(InvalidOptionError);
    expect(() => make({ [name]: value })).toThrow(reason);
  });

  test('accept channel arguments that agree with the pool or are none of its business', () => {
    const given = {
      'grpc.enable_retries': 0,
      'grpc.max_receive_message_length': 1,
      'grpc.primary_user_agent': 'x/1',
      'grpc.service_config': undefined,
      'grpc-node.max_session_memory': 10,
      'grpc.max_reconnect_backoff_ms': 60_000,
      connectTimeoutMs: undefined,
      drainGraceMs: Infinity,
    };
    expect(() => make(Object.freeze(given))).not.toThrow();
  });

  test.each([undefined, null, {}, 'insecure'])('credentials %j are refused', (given) => {
    const construct = (): Pool => new Pool('ipv4:127.0.0.1:1', given as never);
    expect(construct).toThrow(InvalidOptionError);
    expect(construct).toThrow(/^credentials: .*credentials\.createInsecure\(\)/);
  });
});

describe('the target of a pool', () => {
  test.each<[string, RegExp]>([
    ['', /empty/],
    ['greeter:0', /port: 0 \(expected: 1 to 65535\)/],
    ['greeter:70000', /port: 70000/],
    ['greeter:http', /port: http/],
    ['dns:///greeter:', /missing port/],
    ['dns:///a:b:c', /too many colons/],
    ['dns:///', /missing address/],
    ['dns://resolver.example/greeter:1', /the DNS server "resolver.example" must be an IP address/],
    ['dns://127.0.0.1:0/greeter:1', /port: 0/],
    ['dns://[::1]:/greeter:1', /missing port/],
    ['dns://[fe80::1%25eth0]/greeter:1', /a DNS server cannot have a zone id/],
    ['dns://10.0.0.1,10.0.0.2/greeter:1', /the DNS server "10.0.0.1,10.0.0.2" must be an IP address/],
    [
      'dns:///_grpc._tcp.greeter.prod:50051',
      /a port, but the SRV records of _grpc\._tcp\.greeter\.prod have their own/,
    ],
    ['kubernetes:///greeter.prod:grpc', /@fairlead\/kubernetes/],
    ['xds:///', /the name is missing \(expected: xds:\/\/\/name\)/],
    ['ipv4:10.0.0.1:1,greeter:1', /"greeter:1" is not an IPv4 address/],
    ['ipv4:10.0.0.1:0', /port: 0/],
    ['ipv4:', /missing address/],
    ['ipv4:10.0.0.1:1,', /missing address/],
    ['ipv4:[::1]:1', /not an IPv4 address/],
    ['ipv4://authority/10.0.0.1', /have no authority/],
    ['ipv6:10.0.0.1:1', /not an IPv6 address/],
    ['unix:', /the path is missing/],
    ['unix://host/x.sock', /have no authority/],
  ])('%j is refused', (target, reason) => {
    expect(() => make({}, target)).toThrow(InvalidTargetError);
    expect(() => make({}, target)).toThrow(reason);
  });

  test('with an unknown scheme is a host of the default scheme, as gRPC says', () => {
    expect(make({}, 'localhost:50051').getTarget()).toBe('dns:///localhost:50051');
    expect(make({}, 'greeter').getTarget()).toBe('dns:///greeter');
  });

  test('may be of another default scheme, or of one that a resolver of the user’s own serves', () => {
    const made: string[] = [];
    const factory: ResolverFactory = {
      schemes: ['consul'],
      create: (target) => {
        made.push(target.endpoint);
        return { start: () => undefined, refresh: () => undefined, close: () => undefined };
      },
    };
    make({ resolvers: [factory], defaultScheme: 'consul' }, 'greeter');
    make({ resolvers: [factory] }, 'consul:///orders');
    expect(made).toEqual(['greeter', 'orders']);
  });
});
