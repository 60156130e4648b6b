import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { errorOf, received, unary } from '../../test/calls.js';
import { cleanUpAfterEach } from '../../test/cleanup.js';
import { EchoClient } from '../../test/generated/echo.js';
import { startPods, targetOf } from '../../test/pods.js';
import { createChannel } from '../create-channel.js';
import type { ServiceConfigJson } from '../service-config-json.js';

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
