import { InvalidOptionError } from '@fairlead/core';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { connect, startTestServer, until, type TestClient, type TestServer } from '../test/test-server.js';
import { gracefulShutdown, type GracefulShutdownOptions } from './index.js';

let leaks: LeakCheck;
const open: { clients: TestClient[]; servers: TestServer[] } = { clients: [], servers: [] };

async function serverWith(options: GracefulShutdownOptions<'test.Test'>): Promise<TestServer> {
  const server = await startTestServer(options);
  open.servers.push(server);
  return server;
}

function clientOf(server: TestServer): TestClient {
  const client = connect(server.address);
  open.clients.push(client);
  return client;
}

beforeEach(() => {
  leaks = leakCheck();
});

afterEach(async () => {
  for (const client of open.clients.splice(0)) client.close();
  for (const server of open.servers.splice(0)) await server.shutdown.force();
  await leaks.assertNothingLeft();
});

describe('gracefulShutdown', () => {
  test.each([0, 200])(
    'tells a watcher NOT_SERVING and ends its stream, with a delay of %d ms',
    async (propagationDelayMs) => {
      const server = await serverWith({ propagationDelayMs, services: { 'test.Test': 'SERVING' } });
      const watch = clientOf(server).watch('test.Test');
      await until(() => watch.statuses.length === 1);
      const report = await server.shutdown.shutdown();
      expect(await watch.ended).toMatchObject({
        code: grpc.status.UNAVAILABLE,
        details: 'The server is shutting down',
      });
      expect(watch.statuses).toEqual(['SERVING', 'NOT_SERVING']);
      expect(report).toMatchObject({ trigger: 'call', outcome: 'drained', watchesEnded: 1 });
      expect(report.durationMs).toBeGreaterThanOrEqual(propagationDelayMs);
    },
  );

  test('is not held up by an open Watch, nor by one that the client has cancelled', async () => {
    const server = await serverWith({ propagationDelayMs: 0, drainTimeoutMs: 60_000 });
    const client = clientOf(server);
    const watches = ['', '', 'no.such.Service'].map((service) => client.watch(service));
    await until(() => watches.every(({ statuses }) => statuses.length === 1));
    const cancelled = client.watch('');
    await until(() => cancelled.statuses.length === 1);
    cancelled.cancel();
    await cancelled.ended;
    // The server learns of the cancellation on the same connection, before this.
    await client.check('');
    expect(await server.shutdown.shutdown()).toMatchObject({ outcome: 'drained', watchesEnded: 3 });
  });

  test('serves new calls and new connections during the delay, and says NOT_SERVING to whoever asks', async () => {
    const server = await serverWith({ propagationDelayMs: 1_500 });
    const early = clientOf(server);
    expect(await early.check('')).toBe('SERVING');
    const ended = server.shutdown.shutdown();
    expect(await early.check('')).toBe('NOT_SERVING');
    const late = clientOf(server);
    const answers = Promise.all([early.hold(), late.hold()]);
    await until(() => server.held() === 2);
    expect(server.shutdown.phase).toBe('announcing');
    server.release();
    expect(await answers).toEqual(['released', 'released']);
    expect(await ended).toMatchObject({ outcome: 'drained' });
  });

  test('lets a call that runs finish during the drain, and refuses new connections', async () => {
    const server = await serverWith({ propagationDelayMs: 50, drainTimeoutMs: 30_000 });
    const answer = clientOf(server).hold();
    await until(() => server.held() === 1);
    const ended = server.shutdown.shutdown();
    await until(() => server.shutdown.phase === 'draining');
    await expect(clientOf(server).hold()).rejects.toMatchObject({ code: grpc.status.UNAVAILABLE });
    expect(server.held()).toBe(1);
    server.release();
    expect(await answer).toBe('released');
    expect(await ended).toMatchObject({ outcome: 'drained' });
    expect(server.shutdown.phase).toBe('ended');
  });

  test('cuts a stream that never ends at the deadline', async () => {
    const server = await serverWith({ propagationDelayMs: 0, drainTimeoutMs: 300 });
    const stream = clientOf(server).endless();
    const failure = new Promise<grpc.ServiceError>((resolve) => stream.on('error', resolve));
    await new Promise((resolve) => stream.once('data', resolve));
    const report = await server.shutdown.shutdown();
    expect(report.outcome).toBe('deadline');
    expect(report.drainMs).toBeGreaterThanOrEqual(300);
    expect([grpc.status.UNAVAILABLE, grpc.status.CANCELLED]).toContain((await failure).code);
  });

  test('does not wait for anything when it is forced', async () => {
    const server = await serverWith({ propagationDelayMs: 600_000, drainTimeoutMs: 600_000 });
    const held = clientOf(server).hold();
    await until(() => server.held() === 1);
    const ended = server.shutdown.shutdown();
    const forced = server.shutdown.force();
    await expect(held).rejects.toBeInstanceOf(Error);
    expect(await ended).toMatchObject({ outcome: 'forced' });
    expect(await forced).toBe(await ended);
  });

  test('happens once, however often it is asked for', async () => {
    const server = await serverWith({ propagationDelayMs: 50 });
    const first = server.shutdown.shutdown();
    expect(server.shutdown.shutdown()).toBe(first);
    expect(server.shutdown.ended).toBe(first);
    await first;
    expect(server.shutdown.shutdown()).toBe(first);
    expect(await server.shutdown.force()).toMatchObject({ outcome: 'drained' });
  });

  test('ends a server that was never bound', async () => {
    const shutdown = gracefulShutdown(new grpc.Server(), { propagationDelayMs: 0, signals: [] });
    expect(await shutdown.shutdown()).toMatchObject({ outcome: 'drained', watchesEnded: 0 });
  });

  test('sends a status to watchers only when it is a new one, and none after the shutdown has begun', async () => {
    const server = await serverWith({ propagationDelayMs: 300, services: { 'test.Test': 'UNKNOWN' } });
    const { health } = server.shutdown;
    const watch = clientOf(server).watch('test.Test');
    await until(() => watch.statuses.length === 1);
    for (const status of ['UNKNOWN', 'SERVING', 'SERVING', 'NOT_SERVING', 'SERVING'] as const) {
      health.setStatus('test.Test', status);
    }
    const ended = server.shutdown.shutdown();
    health.setStatus('test.Test', 'SERVING');
    await ended;
    await watch.ended;
    expect(watch.statuses).toEqual(['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });

  test('takes the names of the services from the options, when compiling and when running', () => {
    const { health } = gracefulShutdown(new grpc.Server(), { signals: [], services: { 'test.Test': 'UNKNOWN' } });
    health.setStatus('test.Test', 'SERVING');
    health.setStatus('', 'NOT_SERVING');
    // @ts-expect-error -- not one of the services
    expect(() => health.setStatus('test.Tset', 'SERVING')).toThrow(
      /^service: "test\.Tset" \(expected: one of "", "test\.Test"\)$/,
    );
    // @ts-expect-error -- not a status
    expect(() => health.setStatus('test.Test', 'UP')).toThrow(InvalidOptionError);
    expect([health.statusOf(''), health.statusOf('test.Test')]).toEqual(['NOT_SERVING', 'SERVING']);
  });

  test('begins with a signal and does not listen any more at the end', async () => {
    const before = process.listenerCount('SIGTERM');
    const server = await serverWith({ propagationDelayMs: 50, signals: ['SIGTERM', 'SIGINT'] });
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    process.emit('SIGINT', 'SIGINT');
    expect(server.shutdown.phase).toBe('announcing');
    expect(await server.shutdown.ended).toMatchObject({ trigger: 'SIGINT', outcome: 'drained' });
    expect(process.listenerCount('SIGTERM')).toBe(before);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('can be detached from the signals', () => {
    const before = process.listenerCount('SIGTERM');
    const shutdown = gracefulShutdown(new grpc.Server());
    shutdown.detach();
    shutdown.detach();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  test('refuses a server that has a health service, and what is no server, and listens to nothing then', () => {
    const before = process.listenerCount('SIGTERM');
    const server = new grpc.Server();
    gracefulShutdown(server, { signals: [] });
    expect(() => gracefulShutdown(server)).toThrow(
      /^server: .*\(expected: a server without grpc\.health\.v1\.Health\)$/,
    );
    expect(() => gracefulShutdown({} as grpc.Server)).toThrow(InvalidOptionError);
    expect(() => gracefulShutdown(new grpc.Server(), { drainTimeoutMs: -1 })).toThrow(/^drainTimeoutMs: -1/);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
