import * as grpc from '@grpc/grpc-js';
import { attemptsOf } from '@fairlead/interceptors';
import { expect, jest, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient } from '../test/generated/echo.js';
import { refuse, startHttp2Pod } from '../test/http2-pod.js';
import { startPods, targetOf } from '../test/pods.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

const { track } = cleanUpAfterEach();
jest.setTimeout(30_000);
const insecure = grpc.credentials.createInsecure();
const DEADLINE_MS = 20_000;

/** More than the retry budget of a channel has tokens for. */
const CALLS = 400;

async function connect(
  pods: readonly { readonly address: string }[],
  options: ChannelOptions = {},
): Promise<EchoClient> {
  const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }] };
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig, ...options }));
  await new Promise<void>((resolve) => {
    const check = (): void => {
      const { members } = channel.snapshot();
      if (members.length > 0 && members.every(({ connectivity }) => connectivity === 'ready')) resolve();
    };
    channel.on('member', check);
    channel.connect();
  });
  return track(new EchoClient('', insecure, { channelOverride: channel }));
}

/** Begins them all at once, as after a stall. @returns which server answered, or the error. */
function burst(client: EchoClient, count: number): Promise<string>[] {
  return Array.from({ length: count }, () =>
    unary(client, 'hi', { deadline: Date.now() + DEADLINE_MS }).then(
      ({ server }) => server,
      (error: Error) => [error.message, ...attemptsOf(error).map(({ next }) => next.reason)].join('; '),
    ),
  );
}

test.each([
  ['retries alone', {}],
  ['with tracing between them and the pool', { tracing: true }],
])('calls that meet one departing pod after the other end on the one that stays: %s', async (_, options) => {
  const pods = (await startPods(8)).map(track);
  const [staying, ...departing] = pods;
  const calls = burst(await connect(pods, options), CALLS);
  for (const pod of departing) pod.leave();

  const answers = await Promise.all(calls);
  expect(new Set(answers)).toEqual(new Set([staying!.address]));
  // Transparent: the application that got them at last does not hear of it (gRFC A6).
  expect(staying!.seen.every((metadata) => metadata.get('grpc-previous-rpc-attempts').length === 0)).toBe(true);
});

test('pods that refuse and stay are asked no more often than the attempts allow', async () => {
  const hosts = Array.from({ length: 8 }, (_, n) => `127.0.0.${n + 1}`);
  const pods = (await Promise.all(hosts.map((host) => startHttp2Pod(host, refuse)))).map(track);
  const client = await connect(pods);
  const error = await errorOf(unary(client, 'hi', { deadline: Date.now() + DEADLINE_MS }));
  expect(error.details).toBe('Stream refused by server');
  // The first refusal is free, five attempts count.
  expect(attemptsOf(error)).toHaveLength(6);
});
