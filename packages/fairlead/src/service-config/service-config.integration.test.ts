import { endpointAt } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { errorOf, received, unary } from '../../test/calls.js';
import { cleanUpAfterEach } from '../../test/cleanup.js';
import { EchoClient } from '../../test/generated/echo.js';
import { startPod, startPods, targetOf, type DepartingPod, type TestPod } from '../../test/pods.js';
import type { Channel } from '../channel.js';
import { createChannel } from '../create-channel.js';
import type { ChannelOptions } from '../options.js';
import type { MethodConfigJson, ServiceConfigJson } from '../service-config-json.js';

const { DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();

const all = (config: Omit<MethodConfigJson, 'name'>): ServiceConfigJson => ({
  methodConfig: [{ name: [{}], ...config }],
});

interface Opened {
  readonly channel: Channel;
  readonly client: EchoClient;
  readonly warnings: string[];
}

function open(target: string, options: ChannelOptions): Opened {
  const channel = track(createChannel(target, insecure, options));
  const client = track(new EchoClient('', insecure, { channelOverride: channel }));
  const warnings: string[] = [];
  channel.on('warning', ({ message }) => warnings.push(message));
  return { channel, client, warnings };
}

/** A target of which the test says what its resolver answers. */
function resolved(options: ChannelOptions = {}): Opened & { answer(pods: readonly TestPod[], config?: unknown): void } {
  const resolver = new ManualResolver({ answersRefresh: true });
  const opened = open('test:///x', { ...options, resolvers: [manualResolverFactory('test', resolver)] });
  opened.channel.connect();
  const endpointOf = ({ address }: TestPod) => {
    const [host, port] = address.split(':') as [string, string];
    return endpointAt({ kind: 'tcp', host, port: Number(port) });
  };
  return {
    ...opened,
    answer: (pods, serviceConfig) =>
      resolver.push({
        endpoints: pods.map(endpointOf),
        attributes: {},
        ...(serviceConfig !== undefined && { serviceConfig }),
      }),
  };
}

describe('the sizes of messages', () => {
  test('end a call whose request or response is larger, and no other', async () => {
    const pods = (await startPods(2)).map(track);
    const { client } = open(targetOf(pods), {
      serviceConfig: {
        methodConfig: [
          { name: [{ service: 'fairlead.test.v1.Echo', method: 'Unary' }], maxRequestMessageBytes: 20 },
          { name: [{}], maxResponseMessageBytes: 40 },
        ],
      },
    });
    expect((await unary(client, 'x'.repeat(18))).text).toHaveLength(18);
    expect(await errorOf(unary(client, 'x'.repeat(19)))).toMatchObject({
      code: RESOURCE_EXHAUSTED,
      details: 'Attempted to send message larger than max (21 vs. 20)',
    });
    expect(pods.flatMap(({ seen }) => seen)).toHaveLength(1);
    expect(await received(client.repeat({ text: 'x' }))).toHaveLength(3);
    const large = await errorOf(received(client.repeat({ text: 'x'.repeat(100) })));
    expect(large).toMatchObject({
      code: RESOURCE_EXHAUSTED,
      details: expect.stringMatching(/^Received message larger than max \(\d+ vs\. 40\)$/),
    });
    expect((await unary(client)).text).toBe('hi');
  });

  test('are those of the channel where these are smaller, and a larger number in the config is warned of', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const { client, warnings } = open(targetOf([pod]), {
      'grpc.max_receive_message_length': 50,
      serviceConfig: all({ maxResponseMessageBytes: 1_000 }),
    });
    expect((await errorOf(unary(client, 'x'.repeat(100)))).details).toMatch(/\d+ vs\.? 50\)$/);
    expect(warnings).toEqual([
      'serviceConfig.methodConfig[0].maxResponseMessageBytes: 1000 counts as 50: grpc.max_receive_message_length of the channel is 50',
    ]);
  });
});

describe('timeout', () => {
  // grpc-js takes the fraction for whole nanoseconds, and ends such a call at once.
  test.each(['0.9s', '0.900s', '0.900000001s'] as const)('of %s is not over at once', async (timeout) => {
    const pod = track(await startPod('127.0.0.1'));
    const { channel, client } = open(targetOf([pod]), { serviceConfig: all({ timeout }) });
    await channel.ready();
    expect((await unary(client)).text).toBe('hi');
  });

  test('ends a call that is not answered, and the own deadline of a call only when it is earlier', async () => {
    const silent = track(await startPod('127.0.0.1', { unary: () => undefined }));
    const { channel, client } = open(targetOf([silent]), { serviceConfig: all({ timeout: '0.05s' }) });
    expect((await errorOf(unary(client, '', { deadline: Date.now() + 60_000 }))).code).toBe(DEADLINE_EXCEEDED);
    channel.setServiceConfig(all({ timeout: '60s' }));
    expect((await errorOf(unary(client, '', { deadline: Date.now() + 50 }))).code).toBe(DEADLINE_EXCEEDED);
  });
});

test('waitForReady lets calls wait for the first pod, unless the call says otherwise', async () => {
  const pod = track(await startPod('127.0.0.1'));
  const { answer, client } = resolved({ serviceConfig: all({ waitForReady: true }) });
  answer([]);
  const waiting = unary(client);
  expect((await errorOf(unary(client, '', {}, new grpc.Metadata({ waitForReady: false })))).code).toBe(UNAVAILABLE);
  answer([pod]);
  expect((await waiting).text).toBe('hi');
});

describe('the config of a resolver', () => {
  test('that is invalid after a good one brings its pods, and leaves the good one in force (gRFC A21)', async () => {
    const [first, second] = (await startPods(2)).map(track) as [DepartingPod, DepartingPod];
    const { answer, channel, client, warnings } = resolved();
    answer([first], { ...all({ maxRequestMessageBytes: 10 }), loadBalancingPolicy: 'round_robin' });
    expect((await unary(client)).server).toBe(first.address);
    answer([second], { methodConfig: [{ timeout: 5, waitForReady: 5 }] });
    expect((await unary(client)).server).toBe(second.address);
    expect((await errorOf(unary(client, 'larger than ten'))).code).toBe(RESOURCE_EXHAUSTED);
    expect(channel.snapshot()).toMatchObject({
      policy: 'round_robin',
      serviceConfig: { source: 'resolver', refused: expect.stringContaining('methodConfig[0].timeout: 5 ') },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/methodConfig\[0\]\.timeout: 5 .*methodConfig\[0\]\.waitForReady: 5 /),
    ]);
    answer([second], {});
    expect((await unary(client, 'larger than ten')).server).toBe(second.address);
  });

  test('that is invalid at first fails calls with its errors, but for those that wait for a good one (gRFC A21)', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const { answer, channel, client } = resolved();
    answer([pod], { methodConfig: [{ timeout: 5, waitForReady: 5 }] });
    const waiting = unary(client, 'hi', {}, new grpc.Metadata({ waitForReady: true }));
    expect(await errorOf(unary(client))).toMatchObject({
      code: UNAVAILABLE,
      details: expect.stringMatching(/methodConfig\[0\]\.timeout: 5 .*methodConfig\[0\]\.waitForReady: 5 /),
    });
    expect([channel.snapshot().state, pod.seen.length]).toEqual(['TRANSIENT_FAILURE', 0]);
    answer([pod], {});
    expect((await waiting).text).toBe('hi');
  });

  test('is one for the life of a call: what changes while it waits holds for the next', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const { answer, client } = resolved();
    answer([], all({ waitForReady: true }));
    const before = unary(client, 'larger than ten');
    answer([pod], all({ maxRequestMessageBytes: 10 }));
    const after = errorOf(unary(client, 'larger than ten'));
    expect([(await before).server, (await after).code]).toEqual([pod.address, RESOURCE_EXHAUSTED]);
  });
});

test.each([
  ['pick_first', 1],
  ['ROUND_ROBIN', 3],
])('the deprecated loadBalancingPolicy %s uses %p of three pods', async (loadBalancingPolicy, used) => {
  const pods = (await startPods(3)).map(track);
  const serviceConfig = { loadBalancingPolicy } as ServiceConfigJson;
  const { channel, client } = open(targetOf(pods), { serviceConfig, minReadyMembers: used });
  await channel.ready();
  const servers = new Set<string>();
  for (let n = 0; n < 9; n += 1) servers.add((await unary(client)).server);
  expect(servers.size).toBe(used);
});

test('what nobody knows, and what has no effect, is warned of, and calls go on', async () => {
  const pod = track(await startPod('127.0.0.1'));
  const { client, warnings } = open(targetOf([pod]), {
    serviceConfig: {
      $schema: 'https://example.com/schema.json',
      loadBalancingConfig: [{ not_built_yet: {} }, { round_robin: {} }],
      methodConfig: [{ name: [{}], timeOut: '1s' } as MethodConfigJson],
      connectionScaling: { maxConnectionsPerSubchannel: 3 },
      comment: 'ours',
    } as ServiceConfigJson,
  });
  expect((await unary(client)).text).toBe('hi');
  expect(warnings).toEqual([
    'serviceConfig.comment: unknown field, ignored',
    'serviceConfig.loadBalancingConfig[0].not_built_yet: policy not supported by this version of Fairlead, passed over',
    'serviceConfig.methodConfig[0].timeOut: unknown field, ignored (did you mean timeout?)',
    'serviceConfig.connectionScaling.maxConnectionsPerSubchannel: 3 counts as 1: each pod has one connection',
  ]);
});
