import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { roundRobin } from '@fairlead/core';
import { RawServer } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { textOf, unary } from '../test/support/echo-server.js';
import { Harness, until } from '../test/support/harness.js';
import { TcpServer } from '../test/support/tcp-server.js';
import { CHANNEL_FACTORY, createMemberChannel, type MemberChannelFactory } from './member/member-channel.js';
import type { PoolOptions } from './options.js';
import type { Pool } from './pool.js';

// grpc-go internal/transport/keepalive_test.go, test/goaway_test.go and test/clientconn_state_transition_test.go, what is of
// a client in them, under the names that it has there.

/** An HTTP/2 SETTINGS frame without settings: the preface of a server. */
const PREFACE = Buffer.from('000000040000000000', 'hex');
const QUICK = { 'grpc.initial_reconnect_backoff_ms': 100 };
/** Pings far more often than a pool may be asked to. */
const pinging = (timeoutMs: number): MemberChannelFactory => {
  const quick = { 'grpc.keepalive_time_ms': 100, 'grpc.keepalive_timeout_ms': timeoutMs };
  return (endpoint, options) =>
    createMemberChannel(endpoint, { ...options, channelArguments: { ...options.channelArguments, ...quick } });
};
const KEEPALIVE = { ...QUICK, keepaliveTimeMs: 10_000, [CHANNEL_FACTORY]: pinging(100) };
const WITHOUT_CALLS = { ...KEEPALIVE, keepaliveWithoutCalls: true };
/** Many times the keepalive time and timeout together. */
const LONG_MS = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A bare HTTP/2 server that tells what it gets on its connections. */
class WatchingServer {
  readonly sessions: ServerHttp2Session[] = [];
  readonly goaways: number[] = [];
  pings = 0;
  readonly #server: Http2Server = createServer();

  constructor() {
    this.#server.on('session', (session: ServerHttp2Session) => {
      this.sessions.push(session);
      session.on('ping', () => (this.pings += 1));
      session.on('goaway', (code: number) => this.goaways.push(code));
      session.on('error', () => undefined);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

// What is waited for has a ceiling of its own.
jest.setTimeout(30_000);

let harness: Harness;
let closing: { close(): Promise<void> }[];

beforeEach(() => {
  harness = new Harness();
  closing = [];
});

afterEach(async () => {
  await Promise.all(closing.map((each) => each.close()));
  await harness.close();
});

function track<T extends { close(): Promise<void> }>(server: T): T {
  closing.push(server);
  return server;
}

/** A server that says its preface, and never anything more. */
const deafServer = async (): Promise<TcpServer> => track(await TcpServer.listen((socket) => socket.write(PREFACE)));

function connect(address: string, options: PoolOptions = QUICK): Pool {
  const pool = harness.pool(`ipv4:${address}`, options);
  pool.connect();
  return pool;
}

const stateOf = (pool: Pool): string | undefined => pool.snapshot().members[0]?.connectivity;

/** A call that nobody answers. */
function hang(pool: Pool): { readonly error: Promise<grpc.ServiceError> } {
  const error = new Promise<grpc.ServiceError>((resolve) => {
    harness.client(pool).unary(Buffer.from('hang'), (reason) => resolve(reason as grpc.ServiceError));
  });
  return { error };
}

describe('keepalive_test.go', () => {
  test('TestKeepaliveClientClosesUnresponsiveServer', async () => {
    const server = await deafServer();
    const pool = connect(`127.0.0.1:${server.port}`, WITHOUT_CALLS);
    await until(() => stateOf(pool) === 'ready');
    await until(() => stateOf(pool) !== 'ready');
    await until(() => server.accepted > 1);
  });

  test('TestKeepaliveClientOpenWithUnresponsiveServer', async () => {
    const server = await deafServer();
    const pool = connect(`127.0.0.1:${server.port}`, KEEPALIVE);
    await until(() => stateOf(pool) === 'ready');
    await pause(LONG_MS);
    expect([stateOf(pool), server.accepted, server.open.size]).toEqual(['ready', 1, 1]);
  });

  test('TestKeepaliveClientClosesWithActiveStreams', async () => {
    const server = await deafServer();
    const pool = connect(`127.0.0.1:${server.port}`, KEEPALIVE);
    await until(() => stateOf(pool) === 'ready');
    expect((await hang(pool).error).code).toBe(grpc.status.UNAVAILABLE);
    await until(() => pool.snapshot().members[0]?.inFlight === 0);
  });

  test('TestKeepaliveClientStaysHealthyWithResponsiveServer', async () => {
    const server = await harness.server();
    const pool = connect(server.address, WITHOUT_CALLS);
    expect(await unary(harness.client(pool), 'warm')).toBe('warm');
    const changes: unknown[] = [];
    pool.on('member', (change) => changes.push(change));
    await pause(LONG_MS);
    expect(changes).toEqual([]);
    expect(await unary(harness.client(pool), 'on the same one')).toBe('on the same one');
    expect(harness.sockets).toHaveLength(1);
  });

  test('TestKeepaliveClientFrequency', async () => {
    const server = track(new WatchingServer());
    const patient = { ...WITHOUT_CALLS, [CHANNEL_FACTORY]: pinging(5_000) };
    const pool = connect(await server.listen(), patient);
    await until(() => stateOf(pool) === 'ready');
    const begun = performance.now();
    await until(() => server.pings >= 5);
    // Never more often than asked for: a timer of Node.js may be a millisecond early.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(4 * 99);
  });
});

describe('goaway_test.go', () => {
  const ALL_SO_FAR = 2 ** 31 - 1;

  test('TestClientConnCloseAfterGoAwayWithActiveStream', async () => {
    const server = track(await RawServer.start());
    const pool = connect(server.address);
    server.next({ kind: 'hang' });
    const call = hang(pool);
    await until(() => server.calls.length === 1);
    server.goaway({ lastStreamId: ALL_SO_FAR });
    await until(() => server.accepted === 2);
    const closed = new Promise<void>((resolve) => pool.on('closed', resolve));
    pool.close();
    // As with grpc-js, what is under way may end by itself; here its connection does.
    server.cut();
    expect([grpc.status.UNAVAILABLE, grpc.status.INTERNAL]).toContain((await call.error).code);
    await closed;
  });

  test('TestServerGoAway', async () => {
    const server = await RawServer.start();
    const pool = connect(server.address);
    await unary(harness.client(pool), 'warm');
    server.goaway();
    await server.close();
    await until(() => stateOf(pool) === 'transient-failure');
    const error = await unary(harness.client(pool), 'x').catch((reason: grpc.ServiceError) => reason);
    expect(error).toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test('TestServerMultipleGoAwayPendingRPC', async () => {
    const server = await harness.server();
    const pool = connect(server.address);
    const stream = harness.client(pool).bidi();
    const echoed = textOf(stream);
    stream.write(Buffer.from('before'));
    await unary(harness.client(pool), 'warm');
    server.goAway();
    server.goAway();
    await until(() => harness.sockets.length === 2 && stateOf(pool) === 'ready');
    server.goAway();
    await until(() => harness.sockets.length === 3 && stateOf(pool) === 'ready');
    stream.write(Buffer.from('after'));
    stream.end();
    expect(await echoed).toEqual(['before', 'after']);
    expect(await unary(harness.client(pool), 'on the new one')).toBe('on the new one');
  });

  test('TestConcurrentClientConnCloseAndServerGoAway', async () => {
    const server = track(await RawServer.start());
    const pool = connect(server.address);
    await unary(harness.client(pool), 'warm');
    const closed = new Promise<void>((resolve) => pool.on('closed', resolve));
    server.goaway();
    pool.close();
    await closed;
    await server.close();
    expect(server.accepted).toBe(1);
  });

  test('TestGoAwayThenClose', async () => {
    const [first, second] = [track(await RawServer.start()), await harness.server()];
    const pool = harness.pool(`ipv4:${first.address},${second.address}`, {
      balancing: roundRobin(),
      ...QUICK,
    });
    pool.connect();
    await until(() => pool.snapshot().members.every(({ connectivity }) => connectivity === 'ready'));
    first.setReaction({ kind: 'hang' });
    const calls = [hang(pool), hang(pool)];
    await until(() => first.calls.length === 1);
    first.goaway();
    await first.close();
    await until(() => pool.snapshot().members[0]?.connectivity === 'transient-failure');
    // The one on the server that is gone has ended; those of the other go on, and it gets all that come.
    expect((await Promise.race(calls.map(({ error }) => error))).code).toBe(grpc.status.UNAVAILABLE);
    for (let n = 0; n < 10; n++) expect(await unary(harness.client(pool), 'x')).toBe('x');
  });

  test('TestClientSendsAGoAway', async () => {
    const server = track(new WatchingServer());
    const pool = connect(await server.listen());
    await until(() => stateOf(pool) === 'ready');
    pool.close();
    await until(() => server.goaways.length > 0);
    expect(new Set(server.goaways)).toEqual(new Set([0]));
  });
});

describe('clientconn_state_transition_test.go', () => {
  /** What became of a member that was told to connect, up to the state that is waited for. */
  async function statesOf(address: string, end: string, options: PoolOptions = QUICK): Promise<string[]> {
    const pool = harness.pool(`ipv4:${address}`, options);
    const seen: string[] = [];
    pool.on('member', ({ to }) => seen.push(to));
    pool.connect();
    await until(() => seen.includes(end));
    return seen;
  }

  test('TestStateTransitions_SingleAddress: ServerSendsPreface', async () => {
    const server = await deafServer();
    expect(await statesOf(`127.0.0.1:${server.port}`, 'ready')).toEqual(['connecting', 'ready']);
  });

  test('TestStateTransitions_SingleAddress: ConnectionClosesBeforeServerPreface', async () => {
    const server = track(await TcpServer.listen((socket) => socket.once('data', () => socket.destroy())));
    const seen = await statesOf(`127.0.0.1:${server.port}`, 'transient-failure');
    expect(seen).toEqual(['connecting', 'transient-failure']);
  });

  test('TestStateTransitions_SingleAddress: ConnectionClosesBeforeClientPreface', async () => {
    const server = track(await TcpServer.listen((socket) => socket.destroy()));
    const seen = await statesOf(`127.0.0.1:${server.port}`, 'transient-failure');
    expect(seen).toEqual(['connecting', 'transient-failure']);
  });

  test('TestStateTransitions_SingleAddress: ServerNeverSendsPreface', async () => {
    const server = track(await TcpServer.listen());
    const options = { ...QUICK, connectTimeoutMs: 200 };
    const seen = await statesOf(`127.0.0.1:${server.port}`, 'transient-failure', options);
    expect(seen).toEqual(['connecting', 'transient-failure']);
  });

  test('TestStateTransitions_ReadyToConnecting', async () => {
    const server = await harness.server();
    const pool = harness.pool(`ipv4:${server.address}`, QUICK);
    const seen: string[] = [];
    pool.on('state', ({ to }) => seen.push(grpc.connectivityState[to as never] ?? String(to)));
    pool.connect();
    await until(() => stateOf(pool) === 'ready');
    await pause(120);
    server.goAway();
    await until(() => harness.sockets.length === 2 && stateOf(pool) === 'ready');
    // A pool keeps asking for its members: what was lost is connected again without a call.
    expect(seen.filter((state) => /idle/i.test(state))).toEqual([]);
    expect(await unary(harness.client(pool), 'x')).toBe('x');
  });
});
