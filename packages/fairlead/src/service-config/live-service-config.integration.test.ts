import { VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { errorOf, received, unary } from '../../test/calls.js';
import { cleanUpAfterEach } from '../../test/cleanup.js';
import { EchoClient } from '../../test/generated/echo.js';
import { startPod, startPods, targetOf } from '../../test/pods.js';
import { attemptsOf } from '@fairlead/interceptors';
import { createChannel } from '../create-channel.js';
import type { ChannelOptions } from '../options.js';
import type { ClientThrottlingJson, ServiceConfigJson } from '../service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const COLLECT = '/fairlead.test.v1.Echo/Collect';

const breaker = { name: [{ service: 'fairlead.test.v1.Echo', method: 'Collect' }], fairlead: { circuitBreaker: {} } };

/** Each differs from the one before in all that can be changed, but for the breaker of one method. */
const CONFIGS: readonly ServiceConfigJson[] = [
  { methodConfig: [breaker, { name: [{}], timeout: '60s' }], loadBalancingPolicy: 'round_robin' },
  {
    methodConfig: [breaker, { name: [{}], fairlead: { bulkhead: { maxConcurrent: 1, maxQueue: 1_000 } } }],
    loadBalancingPolicy: 'pick_first',
    retryThrottling: { maxTokens: 10, tokenRatio: 1 },
  },
  {
    methodConfig: [breaker, { name: [{}], waitForReady: true, hedgingPolicy: { maxAttempts: 2, hedgingDelay: '1s' } }],
    loadBalancingConfig: [{ peak_ewma: { decayTime: '1s' } }],
    retryThrottling: { maxTokens: 100, tokenRatio: 1 },
  },
];

const collect = (client: EchoClient): Promise<unknown> =>
  new Promise((resolve, reject) => {
    client.collect((error, reply) => (error ? reject(error) : resolve(reply))).end();
  });

test('traffic goes on while the config changes: no call fails, no connection is lost, an open breaker stays open', async () => {
  const pods = (await startPods(3)).map(track);
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig: CONFIGS[0]! }));
  const client = track(new EchoClient('', insecure, { channelOverride: channel }));
  const lost: unknown[] = [];
  const policies: string[] = [];
  channel.on('member', (change) => change.lost && lost.push(change));
  channel.on('serviceConfig', ({ policy }) => policies.push(policy));
  channel.breaker(COLLECT)?.open();
  const stream = client.chat();
  const replies = received(stream);
  stream.write({ text: 'first' });
  const calls: Promise<unknown>[] = [];
  for (let round = 1; round <= 30; round += 1) {
    for (let n = 0; n < 5; n += 1) calls.push(unary(client));
    channel.setServiceConfig(CONFIGS[round % CONFIGS.length]!);
    for (let n = 0; n < 5; n += 1) calls.push(unary(client));
    await calls[round * 5];
  }
  await Promise.all(calls);
  stream.write({ text: 'last' });
  stream.end();
  expect((await replies).map(({ text }) => text)).toEqual(['first', 'last']);
  expect([lost, policies.length]).toEqual([[], 30]);
  const refused = await errorOf(collect(client));
  expect([refused.code, refused.details]).toEqual([
    grpc.status.UNAVAILABLE,
    `The circuit breaker of ${COLLECT} is held open until it is closed by hand`,
  ]);
  expect(channel.snapshot().members.map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
});

const { RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;

test('a pod that is ejected stays so for the time that was left when a figure of the child policy changes', async () => {
  const broken = await startPod('127.0.0.1', { unary: (_call, callback) => callback({ code: UNAVAILABLE }) });
  const pods = [track(broken), ...(await startPods(2)).map(track)];
  const over = (decayTime: `${number}s`): ServiceConfigJson => {
    const figures = { consecutiveFailures: 1, minSuccessRatio: 0, initialBackoff: '10s', jitterRatio: 0 } as const;
    return { loadBalancingConfig: [{ failure_accrual: { ...figures, childPolicy: [{ peak_ewma: { decayTime } }] } }] };
  };
  // Time stands still but for what the test lets pass.
  const clock = new VirtualClock();
  const channel = track(createChannel(targetOf(pods), insecure, { clock, serviceConfig: over('10s') }));
  const client = track(new EchoClient('', insecure, { channelOverride: channel }));
  const told: unknown[] = [];
  channel.on('ejected', ({ endpoint }) => told.push(endpoint.id));
  channel.on('readmitted', ({ endpoint }) => told.push(endpoint.id));
  channel.on('serviceConfig', ({ policyChanged }) => told.push(policyChanged));
  const ejected = (): (number | undefined)[] => channel.snapshot().members.map((member) => member.ejected?.forMs);
  while (ejected()[0] === undefined) await unary(client).catch(() => undefined);
  clock.advance(4_000);
  channel.setServiceConfig(over('1s'));
  expect(ejected()).toEqual([6_000, undefined, undefined]);
  for (let n = 0; n < 20; n += 1) await unary(client);
  expect(told).toEqual([channel.snapshot().members[0]!.endpoint.id, true]);
});

type Throttling = { readonly clientThrottling: ClientThrottlingJson };
const whole = (fairlead: Throttling): ServiceConfigJson => ({ fairlead });
const ofMethods = (fairlead: Throttling): ServiceConfigJson => ({ methodConfig: [{ name: [{}], fairlead }] });

test.each([
  ['the channel', whole, ''],
  ['a method', ofMethods, ' of /fairlead.test.v1.Echo/Unary'],
])('what the throttle of %s knows of the callee outlives a change of its figures', async (_of, config, whose) => {
  const pod = track(
    await startPod('127.0.0.1', {
      unary: (_call, callback) => callback({ code: RESOURCE_EXHAUSTED, details: 'full' }),
    }),
  );
  // Time stands still: the one call a second that goes out in any case does not.
  const channel = track(
    createChannel(targetOf([pod]), insecure, { clock: new VirtualClock(), random: { next: () => 0 } }),
  );
  const client = track(new EchoClient('', insecure, { channelOverride: channel }));
  const details: string[] = [];
  for (const clientThrottling of [{}, { multiplier: 3 }, { multiplier: 3, window: '60s' } as const, undefined, {}]) {
    channel.setServiceConfig(clientThrottling === undefined ? {} : config({ clientThrottling }));
    details.push((await errorOf(unary(client))).details);
  }
  const rejected = (requests: number, windowMs: number, percent: string): string =>
    `Rejected by client-side throttling${whose}: 0 of ${requests} calls were accepted within ${windowMs} ms, so ${percent} % are rejected here`;
  expect(details).toEqual(['full', rejected(2, 120_000, '66.7'), rejected(3, 60_000, '75.0'), 'full', 'full']);
});

test('what limits retries may come by config or by option, and change', async () => {
  const pod = track(
    await startPod('127.0.0.1', { unary: (_call, callback) => callback({ code: UNAVAILABLE, details: 'down' }) }),
  );
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.001s',
    maxBackoff: '0.001s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  } as const;
  const methodConfig = [{ name: [{}], retryPolicy }];
  const nothing = { retryBudget: { ratio: 0, minPerSecond: 0 } };
  const attempts = async (options: ChannelOptions, ...configs: ServiceConfigJson[]): Promise<number[]> => {
    const channel = track(createChannel(targetOf([pod]), insecure, options));
    const client = track(new EchoClient('', insecure, { channelOverride: channel }));
    const counts: number[] = [];
    for (const config of configs) {
      channel.setServiceConfig({ methodConfig, ...config });
      counts.push(attemptsOf(await errorOf(unary(client))).length);
    }
    return counts;
  };
  expect(await attempts({}, {}, { fairlead: nothing }, {})).toEqual([3, 1, 3]);
  expect(await attempts(nothing, {})).toEqual([1]);
  // The first failure leaves 3 of 4 tokens, the second one half of them.
  expect(await attempts({ retryThrottling: { maxTokens: 4, tokenRatio: 1 } }, {}, {})).toEqual([2, 1]);
});
