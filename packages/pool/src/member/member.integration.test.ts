import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt, type Endpoint } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { closedPort, textOf, unary } from '../../test/support/echo-server.js';
import { Harness, until } from '../../test/support/harness.js';
import { TcpServer } from '../../test/support/tcp-server.js';
import type { PoolOptions } from '../options.js';
import type { Pool } from '../pool.js';

const at = (port: number): Endpoint => endpointAt({ kind: 'tcp', host: '127.0.0.1', port });
/** Connections in these tests live for a moment only; with this a lost one is replaced at once after 100 ms. */
const QUICK = { 'grpc.initial_reconnect_backoff_ms': 100 };

describe('a member and its server', () => {
  let harness: Harness;
  let resolver: ManualResolver;
  let tcpServers: TcpServer[];

  beforeEach(() => {
    harness = new Harness();
    resolver = new ManualResolver();
    tcpServers = [];
  });

  afterEach(async () => {
    await Promise.all(tcpServers.map((server) => server.close()));
    await harness.close();
  });

  function poolOf(ports: readonly number[], options: PoolOptions = {}, credentials?: grpc.ChannelCredentials): Pool {
    const pool = harness.pool(
      'test:///pods',
      { resolvers: [manualResolverFactory('test', resolver)], ...options },
      credentials,
    );
    resolver.push(ports.map(at));
    pool.connect();
    return pool;
  }

  async function tcp(...args: Parameters<typeof TcpServer.listen>): Promise<TcpServer> {
    const server = await TcpServer.listen(...args);
    tcpServers.push(server);
    return server;
  }

  const connectivities = (pool: Pool): string[] => pool.snapshot().members.map((member) => member.connectivity);

  test('that refuses is named in the error of the call and in the snapshot', async () => {
    const port = await closedPort();
    const pool = poolOf([port]);
    const refusal = `connect ECONNREFUSED 127.0.0.1:${port}`;
    const error = await unary(harness.client(pool), 'x').catch((reason: grpc.ServiceError) => reason);
    expect(error).toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: expect.stringMatching(
        new RegExp(`^no pod of test:///pods can be reached \\(1 tried\\); last error: ${refusal}`),
      ),
    });
    expect(pool.snapshot().members[0]!.lastError).toContain(refusal);
  });

  test('is connected again, by itself, when its server comes back', async () => {
    const port = await closedPort();
    const pool = poolOf([port], QUICK);
    await until(() => connectivities(pool)[0] === 'transient-failure');
    await harness.server(`127.0.0.1:${port}`);
    await until(() => connectivities(pool)[0] === 'ready');
  });

  test('that hung up is not connected behind the back of a pool that was closed meanwhile', async () => {
    const rude = await tcp((socket) => socket.destroy());
    // Its leak check knows nothing of the server, so that it can end while the server still listens.
    const pools = new Harness();
    const pool = pools.pool(`ipv4:127.0.0.1:${rude.port}`);
    pool.on('member', ({ to }) => {
      if (to === 'transient-failure') pool.close();
    });
    pool.connect();
    await until(() => rude.accepted > 0);
    // grpc-js comes back when its backoff is over, although its channel is closed. Then no timer of it is left.
    await pools.close();
    expect(rude.accepted).toBe(1);
  });

  test.each(['plain', 'TLS'])(
    'that accepts and says nothing (%s) is given up at the connect timeout, its socket with it, while calls go elsewhere',
    async (kind) => {
      const silent = await tcp();
      const credentials = kind === 'TLS' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
      const good = await harness.server();
      const ports = kind === 'TLS' ? [silent.port] : [silent.port, good.port];
      const pool = poolOf(ports, { connectTimeoutMs: 300 }, credentials);
      await until(() => silent.open.size === 1);
      if (kind === 'plain') expect(await unary(harness.client(pool), 'elsewhere')).toBe('elsewhere');
      expect(connectivities(pool)[0]).toBe('connecting');
      await until(() => connectivities(pool)[0] === 'transient-failure');
      expect(pool.snapshot().members[0]!.lastError).toBe(`connect to 127.0.0.1:${silent.port} timed out after 300 ms`);
      await until(() => silent.open.size === 0);
    },
  );

  test('that has two addresses, the first a black hole, is connected by the second, and the socket of the first is gone', async () => {
    const silent = await tcp();
    const good = await harness.server();
    const pool = poolOf([], { connectionAttemptDelayMs: 100 });
    resolver.push([
      { id: 'pod-uid', addresses: [...at(silent.port).addresses, ...at(good.port).addresses], attributes: {} },
    ]);
    await until(() => silent.open.size === 1);
    expect(await unary(harness.client(pool), 'second')).toBe('second');
    await until(() => silent.open.size === 0);
    expect(pool.snapshot().members).toMatchObject([{ connectivity: 'ready', address: `127.0.0.1:${good.port}` }]);
    expect([silent.accepted, harness.sockets.length]).toEqual([1, 2]);
  });

  test('that has two addresses, both black holes, is given up at the connect timeout, its sockets with it', async () => {
    const [first, second] = [await tcp(), await tcp()];
    const pool = poolOf([], { connectionAttemptDelayMs: 100, connectTimeoutMs: 400 });
    resolver.push([
      { id: 'pod-uid', addresses: [...at(first.port).addresses, ...at(second.port).addresses], attributes: {} },
    ]);
    await until(() => first.open.size === 1 && second.open.size === 1);
    await until(() => connectivities(pool)[0] === 'transient-failure');
    expect(pool.snapshot().members[0]!.lastError).toBe(
      `connect to 127.0.0.1:${first.port} timed out after 400 ms; connect to 127.0.0.1:${second.port} timed out after 400 ms`,
    );
    await until(() => first.open.size === 0 && second.open.size === 0);
  });

  test('that accepts and hangs up is met with backoff and not in a loop', async () => {
    const rude = await tcp((socket) => socket.end());
    const begunAt = performance.now();
    const pool = poolOf([rude.port], QUICK);
    let failures = 0;
    pool.on('member', ({ to }) => {
      if (to === 'transient-failure') failures += 1;
    });
    await until(() => failures >= 4);
    // Three backoffs lie between the first attempt and the fourth, each counted from the beginning of an attempt.
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual((100 + 160 + 256) * 0.8);
    expect(rude.accepted).toBeLessThanOrEqual(failures + 1);
  });

  test('that says GOAWAY is connected anew at once, while its streams finish on the old connection', async () => {
    const server = await harness.server();
    const pool = poolOf([server.port], QUICK);
    const client = harness.client(pool);
    const stream = client.bidi();
    const echoed = textOf(stream);
    stream.write(Buffer.from('before'));
    await unary(client, 'warm');
    const seen: string[] = [];
    pool.on('member', ({ to, lost }) => seen.push(lost ? 'lost' : to));
    const since = performance.now();
    await until(() => performance.now() - since > 120);
    server.goAway();
    await until(() => seen.includes('ready'));
    expect(seen).toEqual(['lost', 'connecting', 'ready']);
    expect(resolver.refreshes).toBeGreaterThanOrEqual(1);
    stream.write(Buffer.from('after'));
    expect(await unary(client, 'on the new one')).toBe('on the new one');
    stream.end();
    expect(await echoed).toEqual(['before', 'after']);
    expect(harness.sockets).toHaveLength(2);
  });

  test('that dies sends its calls elsewhere and asks the resolver for news', async () => {
    const [first, second] = [await harness.server(), await harness.server()];
    const pool = poolOf([first.port, second.port]);
    const client = harness.client(pool);
    await until(() => connectivities(pool).every((state) => state === 'ready'));
    first.kill();
    await until(() => connectivities(pool)[0] !== 'ready');
    expect(resolver.refreshes).toBeGreaterThanOrEqual(1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => unary(client, 'x')));
    expect(answers).toHaveLength(20);
  });

  test('that leaves the target lets its stream finish; then its connection is closed', async () => {
    const [first, second] = [await harness.server(), await harness.server()];
    const pool = poolOf([first.port]);
    const client = harness.client(pool);
    const stream = client.bidi();
    const echoed = textOf(stream);
    await until(() => pool.snapshot().members[0]?.inFlight === 1);
    resolver.push([at(second.port)]);
    await until(() => connectivities(pool)[0] === 'ready');
    expect(await unary(client, 'new')).toBe('new');
    stream.write(Buffer.from('still here'));
    stream.end();
    expect(await echoed).toEqual(['still here']);
    await until(() => harness.sockets.filter((socket) => socket.destroyed).length === 1);
  });

  test('may listen on a Unix domain socket', async () => {
    const path = join(tmpdir(), `fairlead-${process.pid}.sock`);
    await harness.server(`unix:${path}`);
    expect(await unary(harness.client(harness.pool(`unix:${path}`)), 'x')).toBe('x');
    expect(await unary(harness.client(harness.pool(`unix://${path}`)), 'x')).toBe('x');
  });
});
