import { once } from 'node:events';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { classifyFailure } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { attemptsOf, createPolicyContext, policyInterceptor } from '@fairlead/interceptors';
import { describe, expect, test } from '@jest/globals';
import { chat, errorOf, received, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoRequest, type EchoServer } from '../test/generated/echo.js';
import { answer, refuse, startHttp2Pod } from '../test/http2-pod.js';
import { startPod, startPods, targetOf } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { ChannelOptions } from './options.js';

const { track } = cleanUpAfterEach();
const insecure = grpc.credentials.createInsecure();
const { INTERNAL, UNAVAILABLE } = grpc.status;
const OVER_ALL = { loadBalancingConfig: [{ round_robin: {} }] } as const;
const RETRY = {
  maxAttempts: 3,
  initialBackoff: '0.001s',
  maxBackoff: '0.001s',
  backoffMultiplier: 1,
  retryableStatusCodes: ['UNAVAILABLE'],
} as const;

function connect(pods: readonly { readonly address: string }[], options: ChannelOptions = {}): [Channel, EchoClient] {
  const channel = track(createChannel(targetOf(pods), insecure, { serviceConfig: OVER_ALL, ...options }));
  return [channel, track(new EchoClient('', insecure, { channelOverride: channel }))];
}

/** Resolves when so many members are ready; jest's own limit is the ceiling. */
function membersReady(channel: Channel, count: number): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      const ready = channel.snapshot().members.filter(({ connectivity }) => connectivity === 'ready');
      if (ready.length >= count) resolve();
    };
    channel.on('member', check);
    channel.connect();
    check();
  });
}

const trailOf = (error: unknown) => attemptsOf(error).map(({ failure, next }) => [failure, next.retried]);

describe('refused: the transport of the server says that the application did not see it', () => {
  test('REFUSED_STREAM: any method, on another pod', async () => {
    const refusing = track(await startHttp2Pod('127.0.0.1', refuse));
    const good = track(await startPod('127.0.0.2'));
    const [channel, client] = connect([refusing, good]);
    await membersReady(channel, 2);
    for (let n = 0; n < 20; n++) expect((await unary(client)).server).toBe(good.address);
    expect(refusing.streams).toBeGreaterThan(0);
    expect(good.seen).toHaveLength(20);
    expect(good.seen.every((metadata) => metadata.get('grpc-previous-rpc-attempts').length === 0)).toBe(true);
  });

  test('refused by everybody: a bounded number of attempts, and a trail that says so', async () => {
    const pods = [track(await startHttp2Pod('127.0.0.1', refuse)), track(await startHttp2Pod('127.0.0.2', refuse))];
    const [channel, client] = connect(pods);
    await membersReady(channel, 2);
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([UNAVAILABLE, 'Stream refused by server']);
    expect(attemptsOf(error).map(({ failure }) => failure)).toEqual(new Array(6).fill('refused'));
    expect(attemptsOf(error).at(-1)?.next.reason).toBe('refused, and all 5 attempts are used');
    expect(pods[0]!.streams + pods[1]!.streams).toBe(6);
  });

  test('GOAWAY with a last stream id below that of the call: on another pod', async () => {
    const leaving = track(
      await startHttp2Pod('127.0.0.1', (stream, number) => {
        if (number === 1) answer(stream, 'leaving');
        // It is connected again at once, and a GOAWAY cannot exclude the first stream of a connection.
        else if (stream.id === 1) refuse(stream, number);
        else stream.session?.goaway(0, 1);
      }),
    );
    const good = track(await startPod('127.0.0.2'));
    const [channel, client] = connect([leaving, good]);
    await membersReady(channel, 2);
    const servers: string[] = [];
    // Round robin: one of the first two is answered by the server that leaves at the next one.
    for (let n = 0; n < 4; n++) servers.push((await unary(client)).server);
    expect(servers.filter((server) => server === 'leaving')).toHaveLength(1);
    expect(servers.filter((server) => server === good.address)).toHaveLength(3);
    expect(leaving.streams).toBeGreaterThanOrEqual(2);
  });
});

describe('unsent: nothing left the process', () => {
  test('a pod that went away is not noticed by the calls', async () => {
    const pods = (await startPods(2)).map(track);
    const [channel, client] = connect(pods);
    await membersReady(channel, 2);
    await unary(client);
    pods[0]!.stop();
    for (let n = 0; n < 20; n++) await unary(client);
  });

  test('no pod at all: the cause is told, and one attempt that met nobody', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const [, client] = connect([{ address }]);
    const error = await errorOf(unary(client));
    expect(error.code).toBe(UNAVAILABLE);
    expect(error.details).toContain(`connect ECONNREFUSED ${address}`);
    expect(trailOf(error)).toEqual([['unsent', false]]);
    expect(attemptsOf(error)[0]).toMatchObject({ endpoint: undefined, details: error.details });
  });
});

describe('a call that no pod could take', () => {
  test('because of a header is not taken from pod to pod: grpc-js drops the connection that it met', async () => {
    const pods = (await startPods(3)).map(track);
    const [channel, client] = connect(pods);
    await membersReady(channel, 3);
    const poison = new grpc.Metadata();
    poison.set('connection', 'close');
    const error = await errorOf(unary(client, 'hi', {}, poison));
    expect(error.details).toContain('Failed to start HTTP/2 stream with error HTTP/1 Connection specific headers');
    expect(trailOf(error)).toEqual([['maybe-processed', false]]);
    const ready = channel.snapshot().members.filter(({ connectivity }) => connectivity === 'ready');
    expect(ready.length).toBeGreaterThanOrEqual(2);
    expect((await unary(client)).text).toBe('hi');
  });

  test('because its session is gone is told by Node in the words that mean unsent', async () => {
    const pod = track(await startHttp2Pod('127.0.0.1', refuse));
    const session = http2.connect(`http://${pod.address}`);
    await once(session, 'connect');
    const messages = [session.close.bind(session), session.destroy.bind(session)].map((end) => {
      end();
      return thrownBy(() => session.request({ ':path': '/' }));
    });
    expect(messages).toEqual([
      'New streams cannot be created after receiving a GOAWAY',
      'The session has been destroyed',
    ]);
    for (const message of messages) {
      const details = `Failed to start HTTP/2 stream with error ${message}`;
      expect(classifyFailure({ code: INTERNAL, details, fromServer: false })).toBe('unsent');
    }
  });
});

describe('the words of grpc-js for a call that never left', () => {
  /** A call on a plain channel of grpc-js with our retry policy in the client. */
  function plainClient(target: string): EchoClient {
    const interceptors = [policyInterceptor(() => ({}), createPolicyContext())];
    const options = {
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
      // The timer of the last backoff outlives a closed client; by default that may take seconds.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 100,
    };
    return track(new EchoClient(target, insecure, { interceptors, ...options }));
  }

  test('when there is no connection', async () => {
    const error = await errorOf(unary(plainClient('ipv4:127.0.0.1:1')));
    expect([error.code, trailOf(error)]).toEqual([UNAVAILABLE, [['unsent', false]]]);
    expect(error.details).toMatch(/^No connection established\. Last error: /);
  });

  test('when the name has no address', async () => {
    const error = await errorOf(unary(plainClient('dns:///no-such-host.invalid')));
    expect([error.code, trailOf(error)]).toEqual([UNAVAILABLE, [['unsent', false]]]);
    expect(error.details).toMatch(/^Name resolution failed for target /);
  });

  test('when the channel is closed first', async () => {
    const client = plainClient('ipv4:127.0.0.1:1');
    const failed = errorOf(unary(client));
    client.close();
    const error = await failed;
    expect([error.code, trailOf(error)]).toEqual([UNAVAILABLE, [['unsent', false]]]);
    expect(error.details).toBe('Channel closed before call started');
  });
});

describe('maybe processed: everything else', () => {
  test('a connection that breaks under the call: once, and the trail names the pod and the reason', async () => {
    const handlers: Partial<EchoServer> = { unary: (call) => destroy(call) };
    const pods = (await startPods(2, handlers)).map(track);
    const [channel, client] = connect(pods);
    await membersReady(channel, 2);
    const error = await errorOf(unary(client));
    expect([UNAVAILABLE, INTERNAL]).toContain(error.code);
    const [attempt, ...rest] = attemptsOf(error);
    expect(rest).toEqual([]);
    expect(attempt).toMatchObject({
      failure: 'maybe-processed',
      next: { retried: false, reason: 'the server may have processed it, and the method has no retryPolicy' },
    });
    expect(pods.map(({ address }) => address)).toContain(attempt?.endpoint?.id);
    expect(pods[0]!.seen.length + pods[1]!.seen.length).toBe(1);
  });

  test('with a retryPolicy: on another pod, told to the server', async () => {
    const bad = track(await startPod('127.0.0.1', { unary: (_call, done) => done({ code: UNAVAILABLE }) }));
    const good = track(await startPod('127.0.0.2'));
    const [channel, client] = connect([bad, good], {
      serviceConfig: { ...OVER_ALL, methodConfig: [{ name: [{}], retryPolicy: RETRY }] },
    });
    await membersReady(channel, 2);
    for (let n = 0; n < 10; n++) expect((await unary(client)).server).toBe(good.address);
    const announced = good.seen.flatMap((metadata) => metadata.get('grpc-previous-rpc-attempts'));
    expect(bad.seen.length).toBeGreaterThan(0);
    expect([good.seen.length, announced]).toEqual([10, new Array(bad.seen.length).fill('1')]);
  });

  test('with a retryPolicy, all pods failing: maxAttempts wire calls exactly', async () => {
    const pods = (await startPods(5, { unary: (_call, done) => done({ code: UNAVAILABLE, details: 'no' }) })).map(
      track,
    );
    const [channel, client] = connect(pods, {
      serviceConfig: { ...OVER_ALL, methodConfig: [{ name: [{}], retryPolicy: RETRY }] },
    });
    await membersReady(channel, 5);
    const error = await errorOf(unary(client));
    expect([error.code, error.details]).toEqual([UNAVAILABLE, 'no']);
    expect(pods.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(3);
    expect(new Set(attemptsOf(error).map(({ endpoint }) => endpoint?.id)).size).toBe(3);
  });
});

describe('a server that forwards the words of its own client is never taken for unsent', () => {
  const FORWARDED: readonly (readonly [grpc.status, string])[] = [
    [UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED 10.0.0.1:50051'],
    [UNAVAILABLE, 'Channel closed before call started'],
    [UNAVAILABLE, 'Name resolution failed for target dns:greeter:50051'],
    [UNAVAILABLE, 'Stream refused by server'],
    [INTERNAL, 'Failed to start HTTP/2 stream with error The session has been destroyed'],
  ];

  describe.each(FORWARDED)('%s %s', (code, details) => {
    test('with trailers only', async () => {
      const pods = (await startPods(3, { unary: (_call, done) => done({ code, details }) })).map(track);
      const [channel, client] = connect(pods);
      await membersReady(channel, 3);
      const error = await errorOf(unary(client));
      expect([error.code, error.details]).toEqual([code, details]);
      expect(pods.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(1);
      expect(trailOf(error)).toEqual([['maybe-processed', false]]);
    });

    test('after headers', async () => {
      const handlers: Partial<EchoServer> = {
        repeat: (call) => {
          call.sendMetadata(new grpc.Metadata());
          setImmediate(() => call.emit('error', { code, details }));
        },
      };
      const pods = (await startPods(3, handlers)).map(track);
      const [channel, client] = connect(pods);
      await membersReady(channel, 3);
      const error = await errorOf(received(client.repeat({ text: 'x' })));
      expect([error.code, error.details]).toEqual([code, details]);
      expect(pods.reduce((sum, { seen }) => sum + seen.length, 0)).toBe(1);
      expect(trailOf(error)).toEqual([['maybe-processed', false]]);
    });
  });
});

test('a stream is replayed with all that was written, on another pod', async () => {
  const failing: Partial<EchoServer> = {
    chat: (call) => {
      call.on('data', ({ text }: EchoRequest) => {
        if (text === '2') call.emit('error', { code: UNAVAILABLE });
      });
    },
  };
  const bad = track(await startPod('127.0.0.1', failing));
  const good = track(await startPod('127.0.0.2'));
  const [channel, client] = connect([bad, good], {
    serviceConfig: { ...OVER_ALL, methodConfig: [{ name: [{}], retryPolicy: RETRY }] },
  });
  await membersReady(channel, 2);
  for (let n = 0; n < 2; n++) {
    const replies = await chat(client, ['1', '2', '3', '4']);
    expect(replies.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
  }
  expect(bad.seen.length).toBeGreaterThan(0);
  expect(good.seen).toHaveLength(2);
});

function thrownBy(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Cuts the connection that the call came on. */
function destroy(call: grpc.ServerUnaryCall<unknown, unknown>): void {
  const { stream } = (call as unknown as { call: { stream: { session: { destroy(): void } } } }).call;
  stream.session.destroy();
}
