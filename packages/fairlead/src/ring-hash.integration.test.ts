import * as grpc from '@grpc/grpc-js';
import { expect, jest, test } from '@jest/globals';
import { unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient } from '../test/generated/echo.js';
import { startPods, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel, setHashKey } from './index.js';
import type { LoadBalancingConfigJson } from './load-balancing-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
// Real time only as a ceiling: these tests make many calls.
jest.setTimeout(60_000);

const KEYS = Array.from({ length: 48 }, (_, index) => `user-${index}`);

async function start(count: number): Promise<TestPod[]> {
  return (await startPods(count)).map(track);
}

function connect(target: string, policy: LoadBalancingConfigJson): [EchoClient, Channel] {
  const serviceConfig = { loadBalancingConfig: [policy], methodConfig: [{ name: [{}], timeout: '30s' as const }] };
  const channel = track(createChannel(target, insecure, { serviceConfig }));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

/** The pod that answers a call of the key. */
async function podOf(client: EchoClient, key: string): Promise<string> {
  const metadata = new grpc.Metadata();
  setHashKey(metadata, key);
  return (await unary(client, 'hi', {}, metadata)).server;
}

const podsOf = (client: EchoClient, keys: readonly string[]): Promise<string[]> =>
  Promise.all(keys.map((key) => podOf(client, key)));

const connectedOf = (channel: Channel): string[] =>
  channel.snapshot().members.flatMap(({ address, connectivity }) => (connectivity === 'idle' ? [] : [address]));

test('calls of one key reach one pod, by key or header, from every client; only pods that are needed are connected', async () => {
  const pods = await start(4);
  const policy = { ring_hash: { requestHashHeader: 'x-user' } };
  const [client, channel] = connect(targetOf(pods), policy);
  const first = await podOf(client, 'user-7');
  expect(
    await podsOf(
      client,
      Array.from({ length: 20 }, () => 'user-7'),
    ),
  ).toEqual(Array.from({ length: 20 }, () => first));
  expect(connectedOf(channel)).toEqual([first]);
  const header = new grpc.Metadata();
  header.set('x-user', 'user-7');
  expect((await unary(client, 'hi', {}, header)).server).toBe(first);
  expect(connectedOf(channel)).toEqual([first]);
  const [other] = connect(targetOf(pods.toReversed()), policy);
  expect(await podsOf(other, KEYS)).toEqual(await podsOf(client, KEYS));
  expect(connectedOf(channel)).toHaveLength(4);
  // The key itself is for this client alone.
  expect(pods.flatMap(({ seen }) => seen).filter((metadata) => JSON.stringify(metadata).includes('user-8'))).toEqual(
    [],
  );
});

test('keys of a pod that has gone move, the others stay; no call fails', async () => {
  const pods = await start(4);
  const [client] = connect(targetOf(pods), { ring_hash_experimental: {} });
  const before = await podsOf(client, KEYS);
  const gone = pods.find(({ address }) => address === before[0])!;
  gone.stop();
  for (const [index, pod] of (await podsOf(client, KEYS)).entries()) {
    if (before[index] === gone.address) expect(pod).not.toBe(gone.address);
    else expect(pod).toBe(before[index]);
  }
});

test('a call that waits gets its pod connected through policies above', async () => {
  const pods = await start(5);
  const [client, channel] = connect(targetOf(pods), {
    random_subsetting: { subsetSize: 3, childPolicy: [{ ring_hash: {} }] },
  });
  const used = new Set(await podsOf(client, KEYS));
  expect(used.size).toBe(3);
  expect(new Set(connectedOf(channel))).toEqual(used);
});

test('another number of instances by setServiceConfig changes the aperture; calls go on', async () => {
  const pods = await start(6);
  const aperture = (instanceId: number, totalInstances: number): LoadBalancingConfigJson => ({
    deterministic_aperture: { instanceId, totalInstances, minAperture: 2, childPolicy: [{ round_robin: {} }] },
  });
  const [client, channel] = connect(targetOf(pods), aperture(0, 3));
  await unary(client);
  expect(connectedOf(channel)).toHaveLength(2);
  const calls = Array.from({ length: 20 }, () => unary(client));
  channel.setServiceConfig({ loadBalancingConfig: [aperture(0, 2)] });
  await Promise.all(calls);
  await unary(client);
  expect(connectedOf(channel)).toHaveLength(3);
  channel.setServiceConfig({ loadBalancingConfig: [aperture(1, 3)] });
  await unary(client);
  expect(connectedOf(channel)).toHaveLength(2);
  expect(() => channel.setServiceConfig({ loadBalancingConfig: [aperture(3, 3)] })).toThrow('instanceId: 3');
});

test('a channel that is connected before its first call connects one pod', async () => {
  const pods = await start(3);
  const [, channel] = connect(targetOf(pods), { ring_hash: {} });
  await channel.ready();
  expect(connectedOf(channel)).toHaveLength(1);
});

test('waitForReady of a generated client is fulfilled', async () => {
  const pods = await start(3);
  const [client] = connect(targetOf(pods), { ring_hash: {} });
  await new Promise<void>((resolve, reject) => {
    client.waitForReady(Date.now() + 30_000, (error) => (error ? reject(error) : resolve()));
  });
});
