import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, jest, test } from '@jest/globals';
import { errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoServer } from '../test/generated/echo.js';
import { answer, refuse, startHttp2Pod } from '../test/http2-pod.js';
import { startPod } from '../test/pods.js';
import {
  ClientConversation,
  sAttempts,
  sCloseSend,
  sErr,
  ServerScript,
  sHdr,
  sPushback,
  sReq,
  sRes,
  type ServerStep,
} from '../test/stream-script.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';
import type { RetryPolicyJson } from './service-config-json.js';

// grpc-go test/retry_test.go, each test and each of its cases under the name that it has there. Servers are real.
const { track } = cleanUpAfterEach();
jest.setTimeout(30_000);
const insecure = grpc.credentials.createInsecure();
const { ALREADY_EXISTS, CANCELLED, INTERNAL, OK, UNAVAILABLE } = grpc.status;

const POLICY: RetryPolicyJson = {
  maxAttempts: 4,
  initialBackoff: '0.01s',
  maxBackoff: '0.01s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
};

function connect(address: string, retryPolicy?: RetryPolicyJson, options: ChannelOptions = {}): EchoClient {
  const method = { name: [{}], waitForReady: true, ...(retryPolicy && { retryPolicy }) };
  const channel = createChannel(`ipv4:${address}`, insecure, { serviceConfig: { methodConfig: [method] }, ...options });
  return track(new EchoClient('', insecure, { channelOverride: track(channel) }));
}

async function codeOf(call: Promise<unknown>): Promise<grpc.status> {
  return call.then(
    () => OK,
    (error: grpc.ServiceError) => error.code,
  );
}

test('TestRetryUnary', async () => {
  let n = -1;
  const handlers: Partial<EchoServer> = {
    unary: (call, done) => {
      n += 1;
      if ([0, 2, 5].includes(n)) return done(null, { text: call.request.text, server: '' });
      const code = [6, 8, 11].includes(n) ? INTERNAL : ALREADY_EXISTS;
      done({ code, details: 'no' });
    },
  };
  const pod = track(await startPod('127.0.0.1', handlers));
  const client = connect(pod.address, { ...POLICY, retryableStatusCodes: ['ALREADY_EXISTS'] });
  const rows: unknown[] = [];
  for (let call = 0; call < 7; call++) rows.push([await codeOf(unary(client)), n]);
  expect(rows).toEqual([
    [OK, 0],
    [OK, 2],
    [OK, 5],
    [INTERNAL, 6],
    [INTERNAL, 8],
    [INTERNAL, 11],
    [ALREADY_EXISTS, 15],
  ]);
});

describe('TestRetryStreaming', () => {
  const LARGE = 'x'.repeat(500);
  type ClientStep = (call: ClientConversation) => Promise<void>;
  const step =
    (act: (call: ClientConversation) => unknown): ClientStep =>
    async (call) =>
      void (await act(call));
  const cReq = (text: string) => step((call) => call.send(text));
  const cRes = (text: string) => step(async (call) => expect(await call.receive()).toBe(text));
  const cErr = (code: grpc.status) => step(async (call) => expect(await call.end).toBe(code));
  const cCloseSend = () => step((call) => call.closeSend());
  const cHdr = () => step((call) => Promise.race([call.headers, call.end]));

  const SCRIPTS: readonly (readonly [string, readonly ServerStep[], readonly ClientStep[]])[] = [
    ['Non-retryable error code', [sReq('1'), sErr(INTERNAL)], [cReq('1'), cErr(INTERNAL)]],
    [
      'One retry necessary',
      [sReq('1'), sErr(UNAVAILABLE), sReq('1'), sAttempts(1), sRes('1')],
      [cReq('1'), cRes('1'), cErr(OK)],
    ],
    [
      'Exceed max attempts (4); check attempts header on server',
      [1, 2, 3].reduce<ServerStep[]>(
        (steps, n) => [...steps, sAttempts(n), sReq('1'), sErr(UNAVAILABLE)],
        [sReq('1'), sErr(UNAVAILABLE)],
      ),
      [cReq('1'), cErr(UNAVAILABLE)],
    ],
    [
      'Multiple requests',
      [sReq('1'), sReq('2'), sErr(UNAVAILABLE), sReq('1'), sReq('2'), sRes('5')],
      [cReq('1'), cReq('2'), cRes('5'), cErr(OK)],
    ],
    [
      'Multiple successive requests',
      [
        ...[sReq('1'), sErr(UNAVAILABLE), sReq('1'), sReq('2'), sErr(UNAVAILABLE)],
        ...[sReq('1'), sReq('2'), sReq('3'), sRes('5')],
      ],
      [cReq('1'), cReq('2'), cReq('3'), cRes('5'), cErr(OK)],
    ],
    [
      'No retry after receiving',
      [sReq('1'), sErr(UNAVAILABLE), sReq('1'), sRes('3'), sErr(UNAVAILABLE)],
      [cReq('1'), cRes('3'), cErr(UNAVAILABLE)],
    ],
    [
      'Retry via ClientStream.Header()',
      [sReq('1'), sErr(UNAVAILABLE), sReq('1'), sAttempts(1)],
      [cReq('1'), cHdr(), cErr(OK)],
    ],
    ['No retry after header', [sReq('1'), sHdr(), sErr(UNAVAILABLE)], [cReq('1'), cHdr(), cErr(UNAVAILABLE)]],
    [
      'Replaying close send',
      [
        ...[sReq('1'), sReq('2'), sCloseSend(), sErr(UNAVAILABLE)],
        ...[sReq('1'), sReq('2'), sCloseSend(), sRes('1'), sRes('3'), sRes('5')],
      ],
      [cReq('1'), cReq('2'), cCloseSend(), cRes('1'), cRes('3'), cRes('5'), cErr(OK)],
    ],
    ...(
      [
        ['Negative server pushback - no retry', ['-1']],
        ['Non-numeric server pushback - no retry', ['xxx']],
        ['Multiple server pushback values - no retry', ['100', '10']],
      ] as const
    ).map(
      ([name, values]) =>
        [name, [sReq('1'), ...values.map(sPushback), sErr(UNAVAILABLE)], [cReq('1'), cErr(UNAVAILABLE)]] as const,
    ),
    ['Overflowing buffer - no retry', [sReq(LARGE), sErr(UNAVAILABLE)], [cReq(LARGE), cErr(UNAVAILABLE)]],
  ];

  /** Plays it against a real server: all steps of both sides are done, and nothing goes wrong on either. */
  async function play(serverSteps: readonly ServerStep[], clientSteps: readonly ClientStep[]): Promise<void> {
    const script = new ServerScript(serverSteps);
    const pod = track(await startPod('127.0.0.1', { chat: script.handler }));
    const client = connect(pod.address, POLICY, { 'grpc.per_rpc_retry_buffer_size': 200 });
    const call = new ClientConversation(client.chat());
    for (const each of clientSteps) await each(call);
    await call.end;
    expect([script.problems, script.left]).toEqual([[], 0]);
    expect(script.attempts).toBe(pod.seen.length);
    call.cancel();
  }

  test.each(SCRIPTS)('%s', (_name, server, client) => play(server, client));

  test('1s server pushback - delayed retry', async () => {
    const begun = performance.now();
    await play(
      [sReq('1'), sPushback('1000'), sErr(UNAVAILABLE), sReq('1'), sRes('2')],
      [cReq('1'), cRes('2'), cErr(OK)],
    );
    // A timer of Node.js may be a millisecond early.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(999);
  });
});

describe('TestMaxCallAttempts', () => {
  test.each([
    [8, 5],
    [3, 3],
  ])('maxAttempts of %i makes %i', async (maxAttempts, expected) => {
    const fail = { code: UNAVAILABLE, details: 'this is a test error' };
    const counts = { unary: 0, chat: 0 };
    const handlers: Partial<EchoServer> = {
      unary: (_, done) => {
        counts.unary += 1;
        done(fail);
      },
      chat: (call) => {
        counts.chat += 1;
        call.emit('error', fail);
      },
    };
    const pod = track(await startPod('127.0.0.1', handlers));
    const client = connect(pod.address, { ...POLICY, maxAttempts });
    const error = await errorOf(unary(client));
    expect(attemptsOf(error).at(-1)?.next.reason).toBe(`all ${expected} attempts are used`);
    expect(await new ClientConversation(client.chat()).end).toBe(UNAVAILABLE);
    expect(counts).toEqual({ unary: expected, chat: expected });
  });
});

test('TestRetryStats', async () => {
  // Streams that begin: one on a connection that is lost before it is answered, one that is refused, one with a pushback
  // of 10 ms, and the one that is served.
  const pod = await startHttp2Pod('127.0.0.1', (stream, number) => {
    if (number === 1) return refuse(stream, number);
    if (number === 3) return answer(stream, 'pod');
    const trailers = { 'content-type': 'application/grpc', 'grpc-status': '14', 'grpc-retry-pushback-ms': '10' };
    stream.respond({ ':status': 200, ...trailers }, { endStream: true });
  });
  track(pod);
  const client = connect(pod.address, POLICY);
  const trail = await new Promise<ReturnType<typeof attemptsOf>>((resolve) => {
    const call = client.unary({ text: 'hi' }, () => undefined);
    call.on('status', (status: grpc.StatusObject) => resolve(attemptsOf(status)));
  });
  expect(trail.map(({ code, failure }) => [code, failure])).toEqual([
    [UNAVAILABLE, 'refused'],
    [UNAVAILABLE, 'maybe-processed'],
    [OK, undefined],
  ]);
  const [, second, third] = trail;
  const endedAtMs = second!.startedAtMs + second!.durationMs;
  // Wall-clock times are told in whole milliseconds.
  expect(third!.startedAtMs - endedAtMs).toBeGreaterThanOrEqual(9);
});

test('TestRetryTransparentWhenCommitted', async () => {
  let first = true;
  const hanging: { cancel(): void }[] = [];
  const handlers: Partial<EchoServer> = {
    chat: (call) => {
      if (first) call.emit('error', { code: ALREADY_EXISTS, details: 'the first attempt fails' });
      first = false;
    },
  };
  const pod = track(await startPod('127.0.0.1', handlers, { 'grpc.max_concurrent_streams': 1 }));
  const client = connect(pod.address, {
    ...POLICY,
    maxAttempts: 2,
    initialBackoff: '0.1s',
    maxBackoff: '0.1s',
    retryableStatusCodes: ['ALREADY_EXISTS'],
  });
  const stream = new ClientConversation(client.chat());
  while (first) await new Promise((resolve) => setTimeout(resolve, 5));
  // It takes the one stream that the server allows, so that the second attempt has to wait for it.
  const blocking = new ClientConversation(client.chat());
  hanging.push(blocking);
  await new Promise((resolve) => setTimeout(resolve, 200));
  stream.cancel();
  expect(await stream.end).toBe(CANCELLED);
  expect(() => {
    stream.closeSend();
    stream.send('late');
  }).not.toThrow();
  for (const each of hanging) each.cancel();
  expect(await blocking.end).toBe(CANCELLED);
});

describe('TestNoRetry', () => {
  test('not_configured', async () => {
    const fail = { code: UNAVAILABLE, details: 'retryable error' };
    const handlers: Partial<EchoServer> = {
      unary: (_, done) => done(fail),
      chat: (call) => void call.emit('error', fail),
    };
    const pod = track(await startPod('127.0.0.1', handlers));
    const client = connect(pod.address);
    expect(await new ClientConversation(client.chat()).end).toBe(UNAVAILABLE);
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([UNAVAILABLE, 'retryable error']);
    expect(pod.seen).toHaveLength(2);
  });
});
