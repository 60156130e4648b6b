import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RawServer } from '@fairlead/testing';
import { clientCredentials, serverCredentials } from '../test/support/certificates.js';
import { unary } from '../test/support/echo-server.js';
import { Harness, until } from '../test/support/harness.js';
import type { PoolOptions } from './options.js';
import type { Pool } from './pool.js';
import type { PoolCounters } from './pool-counts.js';

const KEEPALIVE_ON: PoolOptions = { keepaliveTimeMs: 60_000 };

/** gRFC A94, over real connections. */
describe('the connection counters', () => {
  let harness: Harness;
  let server: RawServer;

  beforeEach(async () => {
    harness = new Harness();
    server = await RawServer.start();
  });

  afterEach(async () => {
    await server.close();
    await harness.close();
  });

  const counters = (pool: Pool): PoolCounters => pool.snapshot().counters;

  async function connected(options: PoolOptions = {}): Promise<Pool> {
    const pool = harness.pool(`ipv4:${server.address}`, { 'grpc.initial_reconnect_backoff_ms': 100, ...options });
    await unary(harness.client(pool), 'x');
    return pool;
  }

  test.each([
    ['GOAWAY', {}, () => server.goaway()],
    ['GOAWAY', {}, () => server.goaway({ code: 11, debugData: 'too_many_pings' })],
    ['connection reset', {}, () => server.cut()],
    ['connection reset', KEEPALIVE_ON, () => server.cut()],
    ['GOAWAY', KEEPALIVE_ON, () => server.goaway()],
  ] as const)('tell %s (%j)', async (reason, options, end) => {
    const pool = await connected(options);
    expect(counters(pool)).toMatchObject({ openConnections: 1, connectionAttemptsSucceeded: 1 });
    end();
    await until(() => counters(pool).connectionAttemptsSucceeded === 2);
    const { disconnections, openConnections, connectionAttemptsFailed } = counters(pool);
    expect(Object.entries(disconnections).filter(([, count]) => count > 0)).toEqual([[reason, 1]]);
    expect({ openConnections, connectionAttemptsFailed }).toEqual({ openConnections: 1, connectionAttemptsFailed: 0 });
  });

  test('tell a process that ended without a word, and the attempts that are refused from then on', async () => {
    const sockets = new Set<Socket>();
    const mortal = createServer().on('connection', (socket: Socket) => sockets.add(socket));
    mortal.listen(0, '127.0.0.1');
    await once(mortal, 'listening');
    const target = `ipv4:127.0.0.1:${(mortal.address() as AddressInfo).port}`;
    const pool = harness.pool(target, { 'grpc.initial_reconnect_backoff_ms': 100 });
    await pool.ready();
    mortal.close();
    for (const socket of sockets) socket.destroy();
    await until(() => counters(pool).connectionAttemptsFailed >= 2);
    expect(counters(pool)).toMatchObject({ openConnections: 0, connectionAttemptsSucceeded: 1 });
    expect(counters(pool).disconnections).toMatchObject({ GOAWAY: 0, unknown: 1, 'subchannel shutdown': 0 });
  });

  test('tell the GOAWAY that a server of grpc-js sends before it cuts', async () => {
    const echo = await harness.server();
    const pool = harness.pool(`ipv4:${echo.address}`);
    await unary(harness.client(pool), 'x');
    echo.kill();
    await until(() => counters(pool).openConnections === 0);
    expect(counters(pool).disconnections).toMatchObject({ GOAWAY: 1 });
  });

  test('tell a GOAWAY under TLS, too, and a cut after it only once', async () => {
    const echo = await harness.server('127.0.0.1:0', serverCredentials('greeter'));
    const args = { 'grpc.ssl_target_name_override': 'greeter.prod' };
    const pool = harness.pool(`ipv4:${echo.address}`, args, clientCredentials());
    await unary(harness.client(pool), 'x');
    echo.goAway();
    await until(() => counters(pool).connectionAttemptsSucceeded === 2);
    harness.sockets[0]!.destroy();
    expect(counters(pool)).toMatchObject({ openConnections: 1, disconnections: { GOAWAY: 1, unknown: 0 } });
    harness.sockets[1]!.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    await until(() => counters(pool).connectionAttemptsSucceeded === 3);
    expect(counters(pool)).toMatchObject({ disconnections: { GOAWAY: 1, 'connection reset': 1, unknown: 0 } });
  });

  test('tell the end of a closed pool as our own', async () => {
    const pool = await connected();
    pool.close();
    expect(counters(pool)).toMatchObject({
      openConnections: 0,
      disconnections: { 'subchannel shutdown': 1, 'connection reset': 0, unknown: 0 },
    });
  });
});
