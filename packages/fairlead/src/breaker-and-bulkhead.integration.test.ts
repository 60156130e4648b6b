import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { ALL_TEXTS, allKinds, chat, errorOf, received, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import { attemptsOf } from './index.js';
import type { MethodExtensionJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { DEADLINE_EXCEEDED, INTERNAL, RESOURCE_EXHAUSTED, UNAVAILABLE } = grpc.status;
const UNARY = '/fairlead.test.v1.Echo/Unary';

function connect(pods: readonly TestPod[], fairlead: MethodExtensionJson): [EchoClient, Channel] {
  const serviceConfig = { methodConfig: [{ name: [{}], fairlead }] };
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig }));
  return [track(new EchoClient('', insecure, { channelOverride: channel })), channel];
}

/** A server whose unary calls fail until it is told otherwise, and hang where they are told to. */
function moodyPod(): { mood: 'fail' | 'answer' | 'hang'; readonly handlers: Partial<EchoServer> } {
  const pod: { mood: 'fail' | 'answer' | 'hang'; handlers: Partial<EchoServer> } = {
    mood: 'fail',
    handlers: {
      unary: ({ request }, done) => {
        if (pod.mood === 'fail') done({ code: INTERNAL, details: 'broken' });
        if (pod.mood === 'answer') done(null, { text: request.text, server: 'pod' });
      },
    },
  };
  return pod;
}

/** Waits until so many calls have reached the application. */
async function reached(pod: TestPod, calls: number): Promise<void> {
  while (pod.seen.length < calls) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the circuit breaker, with a real server', () => {
  const circuitBreaker = { requestVolume: 3, openTime: '0.2s', probeTimeout: '10s' } as const;
  const halfOpened = (channel: Channel): Promise<void> =>
    new Promise((resolve) => {
      const stop = channel.breaker(UNARY)?.onChange(({ to }) => {
        if (to !== 'half-open') return;
        stop?.();
        resolve();
      });
    });

  test('opens after failures, sends nothing while it is open, and closes after one good probe', async () => {
    const moody = moodyPod();
    const pod = track(await startPod('127.0.0.1', moody.handlers));
    const [client, channel] = connect([pod], { circuitBreaker });
    for (let n = 0; n < 3; n++) expect((await errorOf(unary(client))).code).toBe(INTERNAL);
    const probing = halfOpened(channel);
    const error = await errorOf(unary(client));
    expect([error.code, pod.seen.length]).toEqual([UNAVAILABLE, 3]);
    expect(error.details).toMatch(/circuit breaker of \/fairlead\.test\.v1\.Echo\/Unary is open .* again in \d+ ms$/);
    expect(attemptsOf(error)).toEqual([expect.objectContaining({ failure: 'unsent', endpoint: undefined })]);
    await probing;
    moody.mood = 'answer';
    expect((await unary(client)).text).toBe('hi');
    expect(channel.breaker(UNARY)?.state).toBe('closed');
  });

  test('does not open for a call that was cut, because its connection was too old', async () => {
    const moody = moodyPod();
    moody.mood = 'hang';
    const pod = track(await startPod('127.0.0.1', moody.handlers));
    const methods = { '*': { circuitBreaker: { requestVolume: 1, failureRatio: 0 } } };
    const age = { maxConnectionAgeMs: 1_000, maxConnectionAgeGraceMs: 1 };
    const channel = track(createChannel(targetOf([pod]), insecure, { methods, ...age }));
    const client = track(new EchoClient('', insecure, { channelOverride: channel }));
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([UNAVAILABLE, expect.stringContaining('replaced because of its age')]);
    expect(attemptsOf(error)).toEqual([expect.objectContaining({ failure: 'maybe-processed', endedHere: true })]);
    expect(channel.breaker(UNARY)?.state).toBe('closed');
  });

  test('a hung probe that the client gives up does not lock it', async () => {
    const moody = moodyPod();
    const pod = track(await startPod('127.0.0.1', moody.handlers));
    const [client, channel] = connect([pod], { circuitBreaker });
    for (let n = 0; n < 3; n++) await errorOf(unary(client));
    await halfOpened(channel);
    moody.mood = 'hang';
    const again = halfOpened(channel);
    const probe = client.unary({ text: '' }, () => undefined);
    await reached(pod, 4);
    probe.cancel();
    expect(channel.breaker(UNARY)?.state).toBe('open');
    await again;
    moody.mood = 'answer';
    expect((await unary(client)).text).toBe('hi');
  });

  test('a target that cannot be reached does not open it: nothing was sent', async () => {
    const gone = await startPod('127.0.0.1');
    gone.stop();
    const [client, channel] = connect([gone], { circuitBreaker: { requestVolume: 1, failureRatio: 0 } });
    for (let n = 0; n < 3; n++) expect((await errorOf(unary(client))).code).toBe(UNAVAILABLE);
    expect(channel.breaker(UNARY)?.state).toBe('closed');
  });

  test('open at close: nothing is left', async () => {
    const pod = track(await startPod('127.0.0.1', moodyPod().handlers));
    const [client, channel] = connect([pod], { circuitBreaker: { ...circuitBreaker, openTime: '600s' } });
    for (let n = 0; n < 3; n++) await errorOf(unary(client));
    expect(channel.breaker(UNARY)?.state).toBe('open');
  });

  test('a method without one has none', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const [, channel] = connect([pod], {});
    expect(channel.breaker(UNARY)).toBeUndefined();
  });
});

describe('the bulkhead, with a real server', () => {
  const hanging: Partial<EchoServer> = { unary: () => undefined };

  test('a full one refuses with its figures; those that wait end at their deadline', async () => {
    const pod = track(await startPod('127.0.0.1', hanging));
    const [client] = connect([pod], { bulkhead: { maxConcurrent: 1, maxQueue: 1 } });
    const running = client.unary({ text: '' }, () => undefined);
    const waiting = errorOf(unary(client, 'hi', { deadline: Date.now() + 200 }));
    const refused = await errorOf(unary(client));
    expect([refused.code, refused.details]).toEqual([
      RESOURCE_EXHAUSTED,
      `The bulkhead is full: ${UNARY} (1 of 1 calls under way, 1 of 1 waiting)`,
    ]);
    expect((await waiting).code).toBe(DEADLINE_EXCEEDED);
    expect((await waiting).details).toContain('while waiting in the bulkhead');
    running.cancel();
  });

  test('a stream holds its slot until its end', async () => {
    const pod = track(await startPod('127.0.0.1'));
    const [client] = connect([pod], { bulkhead: { maxConcurrent: 1 } });
    const stream = client.chat();
    const replies = received(stream);
    stream.write({ text: 'a' });
    await new Promise((resolve) => stream.once('data', resolve));
    expect(await errorOf(chat(client, ['b']))).toMatchObject({ code: RESOURCE_EXHAUSTED });
    stream.end();
    await replies;
    expect((await chat(client, ['c'])).map(({ text }) => text)).toEqual(['c']);
  });

  test('what waits at close ends', async () => {
    const pod = track(await startPod('127.0.0.1', hanging));
    const [client, channel] = connect([pod], { bulkhead: { maxConcurrent: 1, maxQueue: 1 } });
    const running = client.unary({ text: '' }, () => undefined);
    await reached(pod, 1);
    const waiting = errorOf(unary(client));
    channel.close();
    running.cancel();
    expect((await waiting).code).toBe(UNAVAILABLE);
  });
});

test('all four kinds of calls pass both, waiting or not, and leave nothing behind', async () => {
  const pod = track(await startPod('127.0.0.1'));
  const [client, channel] = connect([pod], { circuitBreaker: {}, bulkhead: { maxConcurrent: 1, maxQueue: 10 } });
  const rounds = await Promise.all([allKinds(client), allKinds(client), allKinds(client)]);
  expect(rounds.map(({ texts }) => texts)).toEqual([ALL_TEXTS, ALL_TEXTS, ALL_TEXTS]);
  expect(channel.breaker(UNARY)?.state).toBe('closed');
});

test('a cancel after the end, as NestJS does it, gives no slot back twice and is no outcome', async () => {
  const pod = track(await startPod('127.0.0.1'));
  const [client, channel] = connect([pod], {
    circuitBreaker: { requestVolume: 1, failureRatio: 0 },
    bulkhead: { maxConcurrent: 1 },
  });
  for (let n = 0; n < 20; n++) {
    await new Promise<void>((resolve) => {
      const call = client.unary({ text: 'hi' }, () => {
        call.cancel();
        resolve();
      });
    });
  }
  const running = client.chat();
  running.on('error', () => undefined);
  const error = await errorOf(chat(client, ['x']));
  expect([error.code, channel.breaker(UNARY)?.state]).toEqual([RESOURCE_EXHAUSTED, 'closed']);
  running.cancel();
});
