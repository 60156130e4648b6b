import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoReply, type EchoServer } from '../test/generated/echo.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { HedgingPolicyJson, MethodConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { ABORTED, INTERNAL } = grpc.status;

function connect(
  pods: readonly TestPod[],
  hedgingPolicy: HedgingPolicyJson,
  more: Omit<MethodConfigJson, 'name'> = {},
): [EchoClient, Channel] {
  const serviceConfig = {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [{ name: [{}], timeout: '30s', hedgingPolicy, fairlead: { hedgingRatio: 1 }, ...more }],
  } as const;
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig }));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

async function ready(channel: Channel): Promise<void> {
  channel.connect();
  while (channel.snapshot().members.filter(({ connectivity }) => connectivity === 'ready').length < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A pod that does not answer, and tells when its calls are cancelled. */
async function hangingPod(): Promise<{ readonly pod: TestPod; cancelled(): number }> {
  let cancelled = 0;
  const note = (call: grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerReadableStream<unknown, unknown>): void => {
    call.on('cancelled', () => (cancelled += 1));
  };
  const pod = track(await startPod('127.0.0.1', { unary: note, collect: note }));
  return { pod, cancelled: () => cancelled };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a call that hangs on one pod is answered by another, and cancelled on the wire where it hangs', async () => {
  const { pod: hanging, cancelled } = await hangingPod();
  const healthy = track(await startPod('127.0.0.2'));
  const [client, channel] = connect([hanging, healthy], { maxAttempts: 2, hedgingDelay: '0.05s' });
  await ready(channel);
  for (let n = 0; n < 10; n++) expect((await unary(client)).server).toBe(healthy.address);
  await until(() => cancelled() === hanging.seen.length);
  expect(hanging.seen.length).toBeGreaterThanOrEqual(4);
  await until(() => channel.snapshot().members.every(({ inFlight }) => inFlight === 0));
});

test('all at once: each pod gets the call once', async () => {
  const pods = [track(await startPod('127.0.0.1')), track(await startPod('127.0.0.2'))];
  const [client, channel] = connect(pods, { maxAttempts: 5 });
  await ready(channel);
  await unary(client);
  await until(() => pods.every(({ seen }) => seen.length === 1));
  // The third to fifth attempt would have met a pod again.
  expect(pods.map(({ seen }) => seen.length)).toEqual([1, 1]);
});

test('a stream of the client is replayed, and answered by the pod that does not hang', async () => {
  const { pod: hanging } = await hangingPod();
  const healthy = track(await startPod('127.0.0.2'));
  const [client, channel] = connect([hanging, healthy], { maxAttempts: 2, hedgingDelay: '0.05s' });
  await ready(channel);
  for (let round = 0; round < 2; round++) {
    const reply = await new Promise<EchoReply>((resolve, reject) => {
      const call = client.collect((error, answer) => (error ? reject(error) : resolve(answer)));
      call.write({ text: 'a' });
      call.write({ text: 'b' });
      setTimeout(() => {
        call.write({ text: 'c' });
        call.end();
      }, 100);
    });
    expect([reply.text, reply.server]).toEqual(['a+b+c', healthy.address]);
  }
});

test('failures: a non-fatal one waits for the others, the last one is told; a fatal one is told at once', async () => {
  const failing = (code: grpc.status): Partial<EchoServer> => ({
    unary: (_call, done) => done({ code, details: grpc.status[code] }),
  });
  const pods = [
    track(await startPod('127.0.0.1', failing(ABORTED))),
    track(await startPod('127.0.0.2', failing(ABORTED))),
  ];
  const [client, channel] = connect(pods, { maxAttempts: 2, hedgingDelay: '20s', nonFatalStatusCodes: ['ABORTED'] });
  await ready(channel);
  const error = await errorOf(unary(client));
  expect(attemptsOf(error).map(({ code, endpoint }) => [code, endpoint?.id])).toEqual(
    expect.arrayContaining(pods.map(({ address }) => [ABORTED, address])),
  );
  const [fatal] = connect([track(await startPod('127.0.0.3', failing(INTERNAL)))], { maxAttempts: 2 });
  expect((await errorOf(unary(fatal))).code).toBe(INTERNAL);
});
