import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptsOf } from '@fairlead/interceptors';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { ALL_TEXTS, allKinds, errorOf, unary } from '../test/calls.js';
import { cleanUpAfterEach } from '../test/cleanup.js';
import { EchoClient, type EchoReply, type EchoServer } from '../test/generated/echo.js';
import { startPod, targetOf, type TestPod } from '../test/pods.js';
import type { Channel } from './channel.js';
import { createChannel } from './create-channel.js';
import type { MethodConfigJson } from './service-config-json.js';

const { track } = cleanUpAfterEach();
const { UNAUTHENTICATED, UNAVAILABLE, UNKNOWN } = grpc.status;

const file = (name: string): Buffer => readFileSync(join('packages', 'pool', 'test', 'certificates', name));
const serverSide = grpc.ServerCredentials.createSsl(null, [
  { private_key: file('loopback.key'), cert_chain: file('loopback.pem') },
]);
const tls = grpc.credentials.createSsl(file('ca.pem'));

/** Call credentials that say `name: n` for the n-th time that they are asked, and fail where the test says. */
class Tokens {
  asked = 0;
  failure: Error | undefined;
  readonly credentials: grpc.CallCredentials;

  constructor(name: string) {
    this.credentials = grpc.credentials.createFromMetadataGenerator((_, callback) => {
      this.asked += 1;
      if (this.failure !== undefined) return callback(this.failure);
      const metadata = new grpc.Metadata();
      metadata.set(name, String(this.asked));
      setImmediate(() => callback(null, metadata));
    });
  }
}

const pods = async (handlers: Partial<EchoServer> = {}): Promise<TestPod[]> => [
  track(await startPod('127.0.0.1', handlers, { credentials: serverSide })),
  track(await startPod('127.0.0.2', handlers, { credentials: serverSide })),
];

const reply = { text: 'answer', server: '' };
/** The texts of the replies to calls of all kinds. */
const ANSWERS = ['answer', 'answer', ['answer'], ['answer']];

function answer(call: { write(message: EchoReply): boolean; end(): void }): void {
  call.write(reply);
  call.end();
}

interface Rig {
  readonly client: EchoClient;
  readonly channel: Channel;
  readonly ofChannel: Tokens;
  readonly ofCall: Tokens;
}

function connect(target: string, method: Omit<MethodConfigJson, 'name'> = {}): Rig {
  const [ofChannel, ofCall] = [new Tokens('x-channel'), new Tokens('x-call')];
  const credentials = grpc.credentials.combineChannelCredentials(tls, ofChannel.credentials);
  const serviceConfig = {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [{ name: [{}], timeout: '30s', ...method }],
  } as const;
  const channel = track(createChannel(target, credentials, { serviceConfig, minReadyMembers: 2 }));
  const client = new EchoClient('', grpc.credentials.createInsecure(), {
    channelOverride: channel,
    callInvocationTransformer: (call) => ({
      ...call,
      callOptions: { ...call.callOptions, credentials: ofCall.credentials },
    }),
  });
  return { client: track(client), channel, ofChannel, ofCall };
}

/** The tokens of all calls that reached a pod, in no order. */
const seen = (all: readonly TestPod[], name: string): string[] =>
  all.flatMap((pod) => pod.seen.map((metadata) => String(metadata.get(name)[0]))).sort();

describe('call credentials, those of the channel and those of the call', () => {
  test('are asked once for each call of every kind', async () => {
    const servers = await pods();
    const { client, ofCall, ofChannel } = connect(targetOf(servers));
    expect((await allKinds(client)).texts).toEqual(ALL_TEXTS);
    expect([ofCall.asked, ofChannel.asked]).toEqual([4, 4]);
    expect(seen(servers, 'x-call')).toEqual(['1', '2', '3', '4']);
    expect(seen(servers, 'x-channel')).toEqual(['1', '2', '3', '4']);
  });

  test('are asked anew for each retry of every kind: a token that was refreshed is used', async () => {
    const stale = { code: UNAUTHENTICATED, details: 'the token has expired' };
    /** Every odd token is stale. */
    const fresh = (call: { readonly metadata: grpc.Metadata }): boolean =>
      Number(call.metadata.get('x-call')[0]) % 2 === 0;
    const servers = await pods({
      unary: (call, done) => (fresh(call) ? done(null, reply) : done(stale)),
      collect: (call, done) => (fresh(call) ? call.on('end', () => done(null, reply)).resume() : done(stale)),
      repeat: (call) => (fresh(call) ? answer(call) : void call.emit('error', stale)),
      chat: (call) => (fresh(call) ? void call.on('end', () => answer(call)).resume() : void call.emit('error', stale)),
    });
    const { client, ofCall, ofChannel } = connect(targetOf(servers), {
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: '0.01s',
        maxBackoff: '0.01s',
        backoffMultiplier: 1,
        retryableStatusCodes: ['UNAUTHENTICATED'],
      },
    });
    expect((await allKinds(client)).texts).toEqual(ANSWERS);
    expect([ofCall.asked, ofChannel.asked]).toEqual([8, 8]);
    expect(seen(servers, 'x-call')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(seen(servers, 'x-channel')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('are asked anew for each hedge of every kind', async () => {
    /** Every odd token hangs, so that each call is hedged. */
    const hangs = (call: { readonly metadata: grpc.Metadata }): boolean =>
      Number(call.metadata.get('x-call')[0]) % 2 === 1;
    const servers = await pods({
      unary: (call, done) => void (hangs(call) || done(null, reply)),
      collect: (call, done) => void (hangs(call) || call.on('end', () => done(null, reply)).resume()),
      repeat: (call) => void (hangs(call) || answer(call)),
      chat: (call) => void (hangs(call) || call.on('end', () => answer(call)).resume()),
    });
    const rig = connect(targetOf(servers), { hedgingPolicy: { maxAttempts: 2, hedgingDelay: '0.1s' } });
    const { channel, client, ofCall, ofChannel } = rig;
    await channel.ready();
    expect((await allKinds(client)).texts).toEqual(ANSWERS);
    expect([ofCall.asked, ofChannel.asked]).toEqual([8, 8]);
    expect(seen(servers, 'x-call')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('are not asked for an attempt that finds no pod', async () => {
    const [gone] = await pods();
    gone!.stop();
    const { client, ofCall, ofChannel } = connect(targetOf([gone!]));
    expect((await errorOf(unary(client))).code).toBe(UNAVAILABLE);
    const waiting = unary(client, 'x', { deadline: Date.now() + 200 }, new grpc.Metadata({ waitForReady: true }));
    expect((await errorOf(waiting)).code).toBe(grpc.status.DEADLINE_EXCEEDED);
    expect([ofCall.asked, ofChannel.asked]).toEqual([0, 0]);
  });
});

describe('call credentials that fail', () => {
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.01s',
    maxBackoff: '0.01s',
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
  } as const;

  test.each([
    ['with the status of the error', Object.assign(new Error('no token'), { code: UNAVAILABLE }), UNAVAILABLE],
    ['with UNKNOWN when the error has none', new Error('no token'), UNKNOWN],
  ])('end the call %s, asked once, and no pod sees it', async (_, failure, code) => {
    const servers = await pods();
    const { client, ofCall } = connect(targetOf(servers));
    ofCall.failure = failure;
    const error = await errorOf(unary(client));
    expect(error).toMatchObject({ code, details: 'Getting metadata from plugin failed with error: no token' });
    expect(ofCall.asked).toBe(1);
    expect(servers.map((pod) => pod.seen.length)).toEqual([0, 0]);
  });

  test('are retried by the policy of the method only: with backoff, asked once per attempt, up to maxAttempts', async () => {
    const servers = await pods();
    const { client, ofCall } = connect(targetOf(servers), { retryPolicy });
    ofCall.failure = Object.assign(new Error('no token'), { code: UNAVAILABLE });
    const error = await errorOf(unary(client));
    expect(ofCall.asked).toBe(3);
    expect(attemptsOf(error).map(({ failure }) => failure)).toEqual(Array(3).fill('maybe-processed'));
    ofCall.failure = new Error('no token');
    await errorOf(unary(client));
    expect(ofCall.asked).toBe(4);
  });

  test('open no circuit: the callee has not failed', async () => {
    const servers = await pods();
    const circuitBreaker = { failureRatio: 0, requestVolume: 1 };
    const { channel, client, ofCall } = connect(targetOf(servers), { fairlead: { circuitBreaker } });
    ofCall.failure = Object.assign(new Error('no token'), { code: UNAVAILABLE });
    for (let calls = 0; calls < 10; calls += 1) await errorOf(unary(client));
    expect(ofCall.asked).toBe(10);
    expect(channel.breaker('/fairlead.test.v1.Echo/Unary')?.state).toBe('closed');
  });
});
