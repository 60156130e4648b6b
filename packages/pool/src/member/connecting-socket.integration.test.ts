import { AsyncLocalStorage } from 'node:async_hooks';
import { hasSubscribers } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { unary, closedPort } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import { turn } from '../../test/support/virtual-pool.js';
import { TcpServer } from '../../test/support/tcp-server.js';
import type { Pool } from '../pool.js';
import type { PoolEvents } from '../events.js';
import { ConnectingSocket } from './connecting-socket.js';

/** Where Node tells of every client socket. While nobody listens there, nothing of the trick is switched on. */
const CHANNEL = 'net.client.socket';

describe('the socket of a connection attempt', () => {
  let tcpServer: TcpServer;
  let opened: Socket[];
  let leaks: LeakCheck;

  beforeEach(async () => {
    leaks = leakCheck();
    tcpServer = await TcpServer.listen();
    opened = [];
  });

  afterEach(async () => {
    for (const socket of opened) socket.destroy();
    await tcpServer.close();
    await leaks.assertNothingLeft();
  });

  function open(): Socket {
    const socket = connect(tcpServer.port, '127.0.0.1').on('error', () => undefined);
    opened.push(socket);
    return socket;
  }

  test('is destroyed when the attempt is abandoned, and also when it is made only then', async () => {
    const attempt = new ConnectingSocket();
    let late: (() => void) | undefined;
    attempt.run(() => {
      open();
      void Promise.resolve().then(() => (late = AsyncLocalStorage.bind(() => open())));
    });
    await until(() => late !== undefined);
    const other = new ConnectingSocket();
    other.run(() => undefined);
    attempt.abandon();
    expect(opened[0]!.destroyed).toBe(true);
    late!();
    expect(opened[1]!.destroyed).toBe(true);
    expect(opened[1]!.connecting).toBe(false);
    other.release();
  });

  test('is destroyed when it is made some ticks after the attempt was abandoned', async () => {
    const attempt = new ConnectingSocket();
    attempt.run(() => process.nextTick(() => void Promise.resolve().then(open)));
    attempt.abandon();
    await turn();
    expect(opened.map((socket) => socket.destroyed)).toEqual([true]);
    await until(() => !hasSubscribers(CHANNEL));
  });

  test('is destroyed when it is made some ticks after one that came late to a busy process', async () => {
    const attempt = new ConnectingSocket();
    let late: (() => void) | undefined;
    attempt.run(() => (late = AsyncLocalStorage.bind(() => void open())));
    attempt.abandon();
    const busyUntil = performance.now() + 50;
    while (performance.now() < busyUntil);
    late!();
    await new Promise((resolve) => setTimeout(resolve, 1));
    late!();
    expect(opened.map((socket) => socket.destroyed)).toEqual([true, true]);
    await until(() => !hasSubscribers(CHANNEL));
  });

  test('stays when the attempt is released, and so does any opened later in its context', async () => {
    const attempt = new ConnectingSocket();
    let late: (() => void) | undefined;
    attempt.run(() => {
      open();
      late = AsyncLocalStorage.bind(() => open());
    });
    attempt.release();
    attempt.abandon();
    late!();
    await Promise.all(opened.map((socket) => once(socket, 'connect')));
    expect(opened.map((socket) => socket.destroyed)).toEqual([false, false]);
  });

  test('is not one that is opened outside of the attempt, or in what the attempt leaves', () => {
    const attempt = new ConnectingSocket();
    attempt.run(() => ConnectingSocket.leave(() => void open()));
    open();
    attempt.abandon();
    expect(opened.map((socket) => socket.destroyed)).toEqual([false, false]);
  });

  test('is not one that is opened after another attempt has begun in what this one leaves', () => {
    const [attempt, next] = [new ConnectingSocket(), new ConnectingSocket()];
    attempt.run(() => {
      ConnectingSocket.leave(() => {
        next.run(() => undefined);
        open();
      });
    });
    attempt.abandon();
    next.abandon();
    expect(opened[0]!.destroyed).toBe(false);
  });

  test('is listened for only while some attempt is under way', async () => {
    const [first, second] = [new ConnectingSocket(), new ConnectingSocket()];
    // The abandoned ones of other tests are watched for a moment longer.
    await until(() => !hasSubscribers(CHANNEL));
    first.run(() => undefined);
    second.run(() => undefined);
    first.abandon();
    first.abandon();
    expect(hasSubscribers(CHANNEL)).toBe(true);
    second.release();
    expect(hasSubscribers(CHANNEL)).toBe(true);
    await until(() => !hasSubscribers(CHANNEL));
    const third = new ConnectingSocket();
    third.run(() => undefined);
    third.release();
    expect(hasSubscribers(CHANNEL)).toBe(false);
  });

  test('keeps nothing of the context of the call that started the attempt', () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const attempt = new ConnectingSocket();
    storage.run('request 7', () => attempt.run(() => seen.push(storage.getStore())));
    attempt.release();
    expect(seen).toEqual([undefined]);
  });
});

describe('sockets of the application that are opened in a listener of a pool', () => {
  test('are never taken for those of a member', async () => {
    const harness = new Harness();
    const tcpServer = await TcpServer.listen();
    const silent = await TcpServer.listen();
    const [good, refused] = [await harness.server(), await closedPort()];
    const opened = new Map<string, Socket>();
    const target = `ipv4:127.0.0.1:${good.port},127.0.0.1:${refused},127.0.0.1:${silent.port}`;
    const pool: Pool = harness.pool(target, { connectTimeoutMs: 200, 'grpc.initial_reconnect_backoff_ms': 100 });
    const openIn = (event: string): void => {
      if (!opened.has(event))
        opened.set(
          event,
          connect(tcpServer.port, '127.0.0.1').on('error', () => undefined),
        );
    };
    for (const event of ['state', 'endpoints', 'member', 'drained', 'closed'] satisfies (keyof PoolEvents)[]) {
      pool.on(event, () => openIn(event));
    }
    pool.on('member', ({ to, endpoint }) => openIn(`${to} ${endpoint.id}`));
    await unary(harness.client(pool), 'x');
    openIn('call');
    await until(() => opened.has(`transient-failure 127.0.0.1:${silent.port}`));
    await until(() => opened.has(`transient-failure 127.0.0.1:${refused}`));
    pool.close();
    await until(() => opened.has('closed') && silent.open.size === 0);
    expect([...opened.keys()].filter((event) => opened.get(event)!.destroyed)).toEqual([]);
    expect(opened.size).toBeGreaterThanOrEqual(10);
    for (const socket of opened.values()) socket.destroy();
    await Promise.all([tcpServer.close(), silent.close()]);
    await harness.close();
    await until(() => !hasSubscribers(CHANNEL));
  });
});
