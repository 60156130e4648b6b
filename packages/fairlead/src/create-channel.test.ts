import {
  FairleadError,
  InvalidOptionError,
  InvalidServiceConfigError,
  InvalidTargetError,
  type FairleadError as AnyFairleadError,
} from '@fairlead/core';
import { manualResolverFactory, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { createChannel } from './create-channel.js';

const insecure = grpc.credentials.createInsecure();

/** What `createChannel` says of its arguments; they may be anything, as in JavaScript. */
function errorOf(...args: readonly unknown[]): AnyFairleadError {
  try {
    (createChannel as (...all: readonly unknown[]) => grpc.ChannelInterface)(...args).close();
  } catch (error) {
    if (error instanceof FairleadError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a target is refused', () => {
  test.each([
    ['', 'invalid target "": empty'],
    [undefined, 'invalid target "undefined": not a string'],
    [null, 'not a string'],
    [50051, 'invalid target "50051": not a string'],
    ['dns:///', 'missing address'],
    ['dns:///a:0', 'port: 0 (expected: 1 to 65535)'],
    ['dns:///a:70000', 'port: 70000 (expected: 1 to 65535)'],
    ['a:70000', 'port: 70000 (expected: 1 to 65535)'],
    ['dns:///a:grpc', 'port: grpc (expected: 1 to 65535)'],
    ['dns:///%zz', 'a malformed percent-encoding'],
    ['dns://bad host/a', 'a character in the authority that a host cannot have'],
    ['ipv4:10.0.0.1:0', 'port: 0'],
    ['ipv4:greeter:1', '"greeter:1" is not an IPv4 address'],
    ['ipv6:[::1:5', 'too many colons'],
    ['unix:', 'the path is missing'],
    ['kubernetes:///greeter.prod:', 'missing port after the colon'],
    ['xds:///', 'the name is missing'],
  ])('%j', (target, message) => {
    const error = errorOf(target, insecure);
    expect(error).toBeInstanceOf(InvalidTargetError);
    expect(error.message).toContain(message);
  });

  test.each(['kubernetes:///greeter.prod:grpc', 'k8s://prod/greeter'])(
    'but not %s, which needs no resolver of the application',
    (target) => {
      const channel = createChannel(target, insecure);
      expect(channel.getTarget()).toBe(target);
      channel.close();
    },
  );

  test('the application may serve kubernetes: with a resolver of its own', () => {
    const own = manualResolverFactory('kubernetes');
    const channel = createChannel('kubernetes:///anything at all', insecure, { resolvers: [own] });
    expect(own.targets.map(({ endpoint }) => endpoint)).toEqual(['anything at all']);
    channel.close();
  });

  test('but not one of an unknown scheme: the whole of it goes to the default scheme', () => {
    for (const target of ['localhost:50051', 'greeter:50051']) {
      const channel = createChannel(target, insecure);
      expect(channel.getTarget()).toBe(`dns:///${target}`);
      channel.close();
    }
  });
});

describe('credentials are refused', () => {
  test.each([[undefined], [null], ['insecure'], [grpc.ServerCredentials.createInsecure()]])('%p', (credentials) => {
    const error = errorOf('greeter:50051', credentials);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toMatch(/^credentials: .* \(expected: a ChannelCredentials object/);
  });
});

describe('an option is refused', () => {
  const roundRobin = { loadBalancingConfig: [{ round_robin: {} }] };

  test.each<[unknown, string]>([
    [null, 'options: null (expected: an object)'],
    [[], 'options: [] (expected: an object)'],
    [
      { refreshIntervalMS: 5_000 },
      'refreshIntervalMS: 5000 (expected: unknown option (did you mean `refreshIntervalMs`?))',
    ],
    [{ serviceconfig: {} }, 'did you mean `serviceConfig`?'],
    [{ retryBudgets: {} }, 'did you mean `retryBudget`?'],
    [{ colour: 1 }, /known are .*`connectTimeoutMs`.*`serviceConfig`.*`interceptors`/ as never],
    [{ connectTimeoutMs: -1 }, 'connectTimeoutMs: -1 (expected: a duration, 100 to 600000 ms)'],
    [{ refreshIntervalMs: 10 }, 'refreshIntervalMs: 10 (expected: a duration, 1000'],
    [{ interceptors: [5] }, 'interceptors: [5] (expected: a list of interceptors (functions))'],
    [{ retryBudget: 5 }, 'retryBudget: 5 (expected: an object)'],
    [{ retryBudget: null }, 'retryBudget: null (expected: an object)'],
    [{ retryBudget: { ratio: -1 } }, 'retryBudget.ratio: -1 (expected: a number, 0 to 1000)'],
    [{ retryBudget: { ration: 1 } }, 'retryBudget.ration: 1 (expected: unknown option (did you mean `ratio`?))'],
    [
      { retryBudget: {}, serviceConfig: { retryThrottling: { maxTokens: 10, tokenRatio: 0.1 } } },
      'retryBudget: {} (expected: not set beside serviceConfig.retryThrottling)',
    ],
    [
      JSON.parse('{"__proto__":{"idleTimeoutMs":5000}}') as object,
      '__proto__: {"idleTimeoutMs":5000} (expected: unknown option; known are `refresh',
    ],
    [{ tracing: 'on' }, 'tracing: "on" (expected: true, false or an object)'],
    [{ tracing: { semConv: 'old' } }, 'tracing.semConv: "old" (expected: unknown option (did you mean `semconv`?))'],
    [{ clock: {} }, 'clock: {} (expected: an object with now(), epochNow(), schedule(), nextRound())'],
    [{ balancing: 'rr' }, 'balancing: "rr" (expected: a function)'],
    [
      { balancing: () => undefined, serviceConfig: roundRobin },
      'balancing: a function (expected: not set beside serviceConfig.loadBalancingConfig)',
    ],
    [
      { balancing: () => undefined, 'grpc.service_config': JSON.stringify(roundRobin) },
      'balancing: a function (expected: not set beside grpc.service_config.loadBalancingConfig)',
    ],
    [
      { serviceConfig: {}, 'grpc.service_config': '{}' },
      'grpc.service_config: "{}" (expected: not set beside serviceConfig)',
    ],
    [{ 'grpc.service_config': '{' }, 'grpc.service_config: "{" (expected: a service config as JSON text)'],
    [{ 'grpc.service_config': {} }, 'grpc.service_config: {} (expected: a service config as JSON text)'],
    [{ 'grpc.enable_retries': 1 }, 'grpc.enable_retries: 1 (expected: 0, because retries of grpc-js go back'],
    [{ 'grpc.use_local_subchannel_pool': 0 }, 'grpc.use_local_subchannel_pool: 0 (expected: 1, because'],
    [{ 'grpc.lb_policy_name': 'round_robin' }, 'use `loadBalancingConfig` of the service config'],
    [{ 'grpc.per_rpc_retry_buffer_size': -1 }, 'grpc.per_rpc_retry_buffer_size: -1 (expected: a number of bytes'],
    [{ 'grpc.retry_buffer_size': '1' }, 'grpc.retry_buffer_size: "1" (expected: a number of bytes, at least 0)'],
  ])('%j', (options, message) => {
    const error = errorOf('greeter:50051', insecure, options);
    expect(error).toBeInstanceOf(InvalidOptionError);
    if (typeof message === 'string') expect(error.message).toContain(message);
    else expect(error.message).toMatch(message);
  });

  test('but not an argument that says what the pool sets anyway, nor undefined', () => {
    const options = { 'grpc.enable_retries': 0, 'grpc.service_config': undefined, serviceConfig: undefined } as never;
    createChannel('greeter:50051', insecure, options).close();
  });
});

describe('a service config is refused', () => {
  const retry = {
    maxAttempts: 2,
    initialBackoff: '1s',
    maxBackoff: '1s',
    backoffMultiplier: 1,
    retryableStatusCodes: [14],
  };
  const methods = (...configs: readonly unknown[]) => ({ methodConfig: configs });
  const ofAll = (config: object) => methods({ name: [{}], ...config });
  const at = 'serviceConfig.methodConfig[0]';

  test.each<[unknown, string]>([
    [5, 'serviceConfig: 5 (expected: an object)'],
    [null, 'serviceConfig: null (expected: an object)'],
    [[], 'serviceConfig: [] (expected: an object)'],
    ['{}', 'serviceConfig: "{}" (expected: an object)'],
    [{ methodConfig: {} }, 'serviceConfig.methodConfig: {} (expected: a list)'],
    [methods(5), `${at}: 5 (expected: an object)`],
    [ofAll({ timeout: 5 }), `${at}.timeout: 5 (expected: a duration in seconds such as "1.5s"`],
    [ofAll({ timeout: '-1s' }), `${at}.timeout: "-1s" (expected: a duration that is not negative)`],
    [ofAll({ waitForReady: 'yes' }), `${at}.waitForReady: "yes" (expected: true or false)`],
    [methods({ name: [{}, {}] }), `${at}.name[1]: the default is named more than once`],
    [
      methods({ name: [{ service: 'a', method: 'b' }] }, { name: [{ service: 'a', method: 'b' }] }),
      'serviceConfig.methodConfig[1].name[0]: /a/b is named more than once',
    ],
    [methods({ name: [{ method: 'b' }] }), `${at}.name[0]: a method without its service`],
    [
      ofAll({ retryPolicy: { ...retry, maxAttempts: 1 } }),
      `${at}.retryPolicy.maxAttempts: 1 (expected: an integer, at least 2`,
    ],
    [
      ofAll({ retryPolicy: { ...retry, initialBackoff: '0s' } }),
      `${at}.retryPolicy.initialBackoff: "0s" (expected: a duration above 0s)`,
    ],
    [
      ofAll({ retryPolicy: { ...retry, retryableStatusCodes: ['NOPE'] } }),
      `${at}.retryPolicy.retryableStatusCodes[0]: "NOPE"`,
    ],
    [ofAll({ retryPolicy: {} }), `${at}.retryPolicy.maxAttempts: undefined`],
    [ofAll({ hedgingPolicy: {} }), `${at}.hedgingPolicy.maxAttempts: undefined (expected: an integer, at least 2`],
    [
      ofAll({ retryPolicy: retry, hedgingPolicy: { maxAttempts: 2 } }),
      `${at}: retryPolicy and hedgingPolicy exclude each other`,
    ],
    [
      ofAll({ timeout: '1s', fairlead: { perAttemptTimeout: '2s' } }),
      `${at}: fairlead.perAttemptTimeout (2s) is longer than timeout (1s)`,
    ],
    [ofAll({ maxRequestMessageBytes: -5 }), `${at}.maxRequestMessageBytes: -5 (expected: a number of bytes`],
    [
      { retryThrottling: { maxTokens: 0, tokenRatio: 1 } },
      'serviceConfig.retryThrottling.maxTokens: 0 (expected: an integer, 1 to 1000)',
    ],
    [{ healthCheckConfig: [] }, 'serviceConfig.healthCheckConfig: [] (expected: an object)'],
    [
      { loadBalancingConfig: [{ cluster_resolver: {} }] },
      'cluster_resolver: not supported by this version of Fairlead',
    ],
    [
      { loadBalancingConfig: [{ a: {}, b: {} }] },
      'serviceConfig.loadBalancingConfig[0]: {"a":{},"b":{}} (expected: an object with exactly one key',
    ],
    [{ loadBalancingPolicy: 'grpclb' }, 'serviceConfig.loadBalancingPolicy: "grpclb"'],
  ])('%j', (serviceConfig, message) => {
    const error = errorOf('greeter:50051', insecure, { serviceConfig });
    expect(error).toBeInstanceOf(InvalidServiceConfigError);
    expect(error.message).toContain(message);
  });

  test('in grpc.service_config just as well', () => {
    const error = errorOf('greeter:50051', insecure, { 'grpc.service_config': '{"methodConfig":5}' });
    expect(error).toBeInstanceOf(InvalidServiceConfigError);
    expect(error.message).toContain('grpc.service_config.methodConfig: 5 (expected: a list)');
  });

  test('with all of its problems at once', () => {
    const error = errorOf('greeter:50051', insecure, { serviceConfig: ofAll({ timeout: 5, waitForReady: 5 }) });
    expect((error as InvalidServiceConfigError).problems).toHaveLength(2);
  });
});

test('unknown fields of a service config raise warning events, after the caller had time to listen', async () => {
  const channel = createChannel('greeter:50051', insecure, {
    serviceConfig: {
      methodConfigs: [],
      loadBalancingConfig: [{ peak_ewma: { decaytime: '1s' } }],
      methodConfig: [{ name: [{}], timeOut: '1s' }],
    } as never,
  });
  const warnings: unknown[] = [];
  channel.on('warning', (warning) => warnings.push(warning));
  await Promise.resolve();
  const code = 'service-config';
  expect(warnings).toEqual([
    { code, message: 'serviceConfig.methodConfigs: unknown field, ignored (did you mean methodConfig?)' },
    {
      code,
      message:
        'serviceConfig.loadBalancingConfig[0].peak_ewma.decaytime: unknown field, ignored (did you mean decayTime?)',
    },
    { code, message: 'serviceConfig.methodConfig[0].timeOut: unknown field, ignored (did you mean timeout?)' },
  ]);
  channel.close();
});

describe('a channel that was made', () => {
  test('does nothing and changes nothing of what it was given', () => {
    const clock = new VirtualClock();
    const options = Object.freeze({
      clock,
      serviceConfig: Object.freeze({ methodConfig: Object.freeze([]) }),
      'grpc.primary_user_agent': 'me',
    });
    const channel = createChannel('greeter:50051', insecure, options);
    expect(channel.snapshot()).toMatchObject({ state: 'IDLE', policy: 'peak_ewma', members: [], waitingCalls: 0 });
    expect(clock.pendingTimers).toBe(0);
    channel.close();
    channel.close();
    expect(channel.getConnectivityState(true)).toBe(grpc.connectivityState.SHUTDOWN);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [{ loadBalancingConfig: [{ round_robin: {} }] }, 'round_robin'],
    [{ loadBalancingConfig: [{ grpclb: {} }, { pick_first: {} }] }, 'pick_first'],
    [{ loadBalancingPolicy: 'round_robin' as const }, 'round_robin'],
    [{}, 'peak_ewma'],
  ])('balances as %j says', (serviceConfig, policy) => {
    const channel = createChannel('greeter:50051', insecure, { serviceConfig });
    expect(channel.snapshot().policy).toBe(policy);
    channel.close();
    const text = JSON.stringify(serviceConfig);
    const other = createChannel('greeter:50051', insecure, { 'grpc.service_config': text });
    expect(other.snapshot().policy).toBe(policy);
    other.close();
  });

  test('closes with the last of its handles, and gives none when it is closed', () => {
    const channel = createChannel('greeter:50051', insecure);
    const [first, second] = [channel.handle(), channel.handle()];
    first.close();
    first.close();
    expect(channel.getConnectivityState(false)).toBe(grpc.connectivityState.IDLE);
    expect(() => first.createCall('/a/A', Infinity, null, null, null)).toThrow('Channel has been shut down');
    second.close();
    expect(channel.getConnectivityState(false)).toBe(grpc.connectivityState.SHUTDOWN);
    expect(() => channel.handle()).toThrow('Channel has been shut down');
    expect(() => channel.createCall('/a/A', Infinity, null, null, null)).toThrow('Channel has been shut down');
  });
});
