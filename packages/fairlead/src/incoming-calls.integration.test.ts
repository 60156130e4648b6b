import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { allKinds, ALL_TEXTS, errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import {
  attemptsOf,
  createChannel,
  currentIncomingCall,
  incomingCallInterceptor,
  leaveCall,
  serveCall,
} from './index.js';
import type { ChannelOptions } from './options.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE } = grpc.status;

const retryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.001s',
  maxBackoff: '0.001s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
} as const;
const RETRYING = { serviceConfig: { methodConfig: [{ name: [{}], retryPolicy }] } };

function clientOf(pod: TestPod, options: ChannelOptions = {}): EchoClient {
  const channel = track(createChannel(targetOf([pod]), insecure, options));
  return track(new EchoClient('', insecure, { channelOverride: channel }));
}

const served = { interceptors: [incomingCallInterceptor()] };

/** A server whose unary method asks the next one, and fails as that does. */
async function startHop(next: EchoClient, options: grpc.ServerOptions, host = '127.0.0.1'): Promise<TestPod> {
  const unary: EchoServer['unary'] = ({ request }, done) => next.unary(request, done);
  return track(await startPod(host, { unary }, options));
}

describe('three hops, each with three attempts, the last of them failing', () => {
  const failing: Partial<EchoServer> = { unary: (_call, done) => done({ code: UNAVAILABLE, details: 'down' }) };
  const attempts = (pod: TestPod): string[] =>
    pod.seen.map((metadata) => String(metadata.get('grpc-previous-rpc-attempts')[0] ?? '0'));

  test.each([
    ['multiply without a word between them', {}, 9],
    ['add up with the interceptor: three for the first attempt, and one for each of its repetitions', served, 5],
  ])('%s', async (_what, options, expected) => {
    const c = track(await startPod('127.0.0.1', failing));
    const b = await startHop(clientOf(c, RETRYING), options);
    const a = clientOf(b, RETRYING);
    for (let n = 1; n <= 3; n++) {
      expect((await errorOf(unary(a))).code).toBe(UNAVAILABLE);
      expect([b.seen.length, c.seen.length]).toEqual([3 * n, expected * n]);
    }
    expect(attempts(b)).toEqual(['0', '1', '2', '0', '1', '2', '0', '1', '2']);
  });

  test('and a fourth hop is not multiplied either: the word goes on', async () => {
    const d = track(await startPod('127.0.0.1', failing));
    const c = await startHop(clientOf(d, RETRYING), served);
    const b = await startHop(clientOf(c, RETRYING), served);
    expect((await errorOf(unary(clientOf(b, RETRYING)))).code).toBe(UNAVAILABLE);
    // c gets 3 + 1 + 1; what it gets as a first attempt of a call that may be repeated makes three at d, any other one.
    expect([b.seen.length, c.seen.length, d.seen.length]).toEqual([3, 5, 7]);
    const forbidden = c.seen.map((metadata) => metadata.get('fairlead-no-retry').length);
    expect(forbidden).toEqual([0, 0, 0, 1, 1]);
  });

  test('a hop that passes its call on as parent needs no interceptor', async () => {
    const c = track(await startPod('127.0.0.1', failing));
    const next = clientOf(c, RETRYING);
    const unaryUnder: EchoServer['unary'] = (call, done) =>
      next.unary(call.request, new grpc.Metadata(), { parent: call }, done);
    const b = track(await startPod('127.0.0.1', { unary: unaryUnder }));
    await errorOf(unary(clientOf(b, RETRYING)));
    expect(c.seen).toHaveLength(5);
  });
});

describe('a deadline', () => {
  test('reaches the next hop, less the margin', async () => {
    const left: number[] = [];
    const c = track(
      await startPod('127.0.0.1', {
        unary: (call, done) => {
          left.push(Number(call.getDeadline()) - Date.now());
          done(null, { text: '', server: '' });
        },
      }),
    );
    const b = await startHop(clientOf(c, { deadlineMarginMs: 20_000 }), served);
    await unary(clientOf(b), 'hi', { deadline: Date.now() + 60_000 });
    expect(left[0]).toBeLessThanOrEqual(40_000);
    expect(left[0]).toBeGreaterThan(20_000);
  });

  test('that is nearer than the margin: nothing goes out', async () => {
    const c = track(await startPod('127.0.0.1'));
    let trail: unknown;
    const next = clientOf(c, { deadlineMarginMs: 120_000 });
    const asks: EchoServer['unary'] = ({ request }, done) =>
      next.unary(request, (error, reply) => {
        trail = attemptsOf(error);
        done(error, reply);
      });
    const b = track(await startPod('127.0.0.1', { unary: asks }, served));
    const error = await errorOf(unary(clientOf(b), 'hi', { deadline: Date.now() + 60_000 }));
    expect([error.code, c.seen.length]).toEqual([DEADLINE_EXCEEDED, 0]);
    expect(trail).toEqual([expect.objectContaining({ failure: 'unsent', endpoint: undefined })]);
  });
});

test('a cancelled call cancels what was called for it, but not what was left of it', async () => {
  const cancelled: string[] = [];
  let reached: () => void = () => undefined;
  const bothReached = new Promise<void>((resolve) => (reached = resolve));
  let firstCancelled: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (firstCancelled = resolve));
  const c = track(
    await startPod('127.0.0.1', {
      unary: (call) => {
        call.on('cancelled', () => {
          cancelled.push(call.request.text);
          firstCancelled();
        });
        if (c.seen.length === 2) reached();
      },
    }),
  );
  const next = clientOf(c);
  let left: grpc.ClientUnaryCall | undefined;
  const b = track(
    await startPod(
      '127.0.0.1',
      {
        unary: (_call, answer) => {
          next.unary({ text: 'under' }, answer);
          left = leaveCall(() => next.unary({ text: 'left' }, () => undefined));
        },
      },
      served,
    ),
  );
  const outcome = new Promise<grpc.status | undefined>((resolve) => {
    const call = clientOf(b).unary({ text: '' }, (error) => resolve(error?.code));
    void bothReached.then(() => call.cancel());
  });
  expect(await outcome).toBe(CANCELLED);
  await done;
  expect(cancelled).toEqual(['under']);
  left?.cancel();
});

test('a handler that serves its call by itself needs no interceptor, of whatever kind it is', async () => {
  const seen: boolean[] = [];
  const pod = track(
    await startPod('127.0.0.1', {
      unary: (call, done) =>
        serveCall(call, () => {
          seen.push(currentIncomingCall() === call);
          done(null, { text: call.request.text, server: '' });
        }),
      repeat: (call) =>
        serveCall(call, () => {
          seen.push(currentIncomingCall() === call);
          for (let n = 0; n < 3; n++) call.write({ text: call.request.text, server: '' });
          call.end();
        }),
    }),
  );
  expect((await allKinds(clientOf(pod))).texts).toEqual(ALL_TEXTS);
  expect(seen).toEqual([true, true]);
});

test('handlers of all four kinds are under their call, in all that they do', async () => {
  const seen: boolean[] = [];
  const look = (): void => void seen.push(currentIncomingCall() !== undefined);
  const reply = { text: '', server: '' };
  const looking: Partial<EchoServer> = {
    unary: ({ request }, done) => {
      look();
      setImmediate(() => {
        look();
        done(null, { ...reply, text: request.text });
      });
    },
    collect: (call, done) => {
      look();
      const parts: string[] = [];
      call.on('data', ({ text }: { text: string }) => {
        look();
        parts.push(text);
      });
      call.on('end', () => {
        look();
        done(null, { ...reply, text: parts.join('+') });
      });
    },
    repeat: (call) => {
      look();
      for (let n = 0; n < 3; n++) call.write({ ...reply, text: call.request.text });
      call.end();
    },
    chat: (call) => {
      look();
      call.on('data', ({ text }: { text: string }) => {
        look();
        call.write({ ...reply, text });
      });
      call.on('end', () => {
        look();
        call.end();
      });
    },
  };
  const pod = track(await startPod('127.0.0.1', looking, served));
  expect((await allKinds(clientOf(pod))).texts).toEqual(ALL_TEXTS);
  expect(seen).toEqual(Array.from({ length: 2 + 5 + 1 + 4 }, () => true));
});
