import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { EventEmitter, once } from 'node:events';
import { watch } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import * as grpc from '@grpc/grpc-js';
import { echoService } from '../server/echo-service.js';
import { RawServer } from '../server/raw-server.js';
import { ScriptedServer } from '../server/scripted-server.js';
import { LocalCluster } from '../cluster/local-cluster.js';
import { leakCheck, type LeakCheck } from './leak-check.js';
import { LeakError } from './leak.js';

const CEILING_MS = 30_000;

/** Undo what a test leaked on purpose. */
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Runs a scenario under a check that gives it 100 ms to settle, and answers what was left. */
async function leftBy(scenario: () => unknown, emitters?: Record<string, EventEmitter>): Promise<LeakError['leaks']> {
  const check = leakCheck({ settleMs: 100, ...(emitters === undefined ? {} : { emitters }) });
  await scenario();
  const error: unknown = await check.assertNothingLeft().then(
    () => new LeakError([]),
    (thrown: unknown) => thrown,
  );
  return (error as LeakError).leaks;
}

describe('leakCheck finds', () => {
  test("an unref'd timer, with its delay and the place of its creation", async () => {
    const leaks = await leftBy(() => {
      const timer = setTimeout(() => undefined, 60_000).unref();
      cleanUps.push(() => clearTimeout(timer));
    });
    expect(leaks).toMatchObject([{ kind: 'Timeout', detail: "in 60000 ms, unref'd" }]);
    expect(leaks[0]?.stack).toMatch(/leak-check\.integration\.test/);
  });

  test('an interval, a server, both ends of a connection', async () => {
    const leaks = await leftBy(async () => {
      const interval = setInterval(() => undefined, 1_000);
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      const [[accepted]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
        [typeof socket],
        unknown,
      ];
      cleanUps.push(
        () => clearInterval(interval),
        () => socket.destroy(),
        () => accepted.destroy(),
        () => server.close(),
      );
    });
    expect(leaks.map((leak) => leak.kind).sort()).toEqual(['TCPSERVERWRAP', 'TCPWRAP', 'TCPWRAP', 'Timeout']);
    expect(leaks.find((leak) => leak.kind === 'TCPWRAP')?.detail).toMatch(/^127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+$/);
  });

  test('a UDP socket, a watcher, a child process, a DNS query', async () => {
    const leaks = await leftBy(async () => {
      const silent = createSocket('udp4').bind(0, '127.0.0.1');
      await once(silent, 'listening');
      const resolver = new dns.Resolver({ timeout: CEILING_MS, tries: 1 });
      resolver.setServers([`127.0.0.1:${silent.address().port}`]);
      resolver.resolve4('nobody.answers').catch(() => undefined);
      const watcher = watch('.');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      cleanUps.push(
        () => silent.close(),
        () => resolver.cancel(),
        () => watcher.close(),
        () => child.kill('SIGKILL'),
      );
    });
    const kinds = leaks.map((leak) => leak.kind).sort();
    expect(kinds).toEqual(['FSEVENTWRAP', 'PROCESSWRAP', 'QUERYWRAP', 'UDPWRAP']);
  });

  test('listeners of the process and of given emitters, those added with once, too', async () => {
    const emitter = new EventEmitter();
    const listener = (): void => undefined;
    const leaks = await leftBy(
      () => {
        process.on('beforeExit', listener);
        emitter.once('data', listener);
        emitter.on('gone', listener).off('gone', listener);
        cleanUps.push(() => process.off('beforeExit', listener));
      },
      { emitter },
    );
    expect(leaks).toMatchObject([
      {
        kind: 'listener',
        detail: 'of "beforeExit" on process',
        stack: expect.stringContaining('leak-check.integration.test'),
      },
      {
        kind: 'listener',
        detail: 'of "data" on emitter',
        stack: expect.stringContaining('leak-check.integration.test'),
      },
    ]);
  });

  test('a client that was not closed', async () => {
    const server = await ScriptedServer.start();
    cleanUps.push(() => void server.close());
    const leaks = await leftBy(async () => {
      const client = new grpc.Client(server.address, grpc.credentials.createInsecure());
      cleanUps.push(() => client.close());
      await new Promise((resolve) => client.waitForReady(Date.now() + CEILING_MS, resolve));
    });
    expect(leaks.map((leak) => leak.kind)).toContain('TCPWRAP');
  });
});

describe('leakCheck in hooks', () => {
  let check: LeakCheck;
  beforeEach(() => {
    check = leakCheck({ settleMs: 100 });
  });
  afterEach(() => check.assertNothingLeft());

  test('does not take the time limits of tests and hooks for leaks', async () => {
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('leakCheck finds nothing', () => {
  test('when all was closed, however late within the settling time', async () => {
    const check = leakCheck();
    const server = createServer().listen(0);
    setTimeout(() => server.close(), 50);
    await check.assertNothingLeft();
  });

  test.each([0, 1])('after calls over grpc-js, when client and server are closed (local pool: %p)', async (local) => {
    const options = { 'grpc.use_local_subchannel_pool': local };
    const check = leakCheck();
    const server = await ScriptedServer.start();
    const EchoClient = grpc.makeGenericClientConstructor(echoService, 'Echo');
    const client = new EchoClient(server.address, grpc.credentials.createInsecure(), options);
    await new Promise((resolve) =>
      (client['unary'] as (request: Buffer, callback: () => void) => void)(Buffer.from('x'), () => resolve(undefined)),
    );
    client.close();
    await server.close();
    await check.assertNothingLeft();
  });

  test('after a raw server was closed with connections open', async () => {
    const check = leakCheck();
    const server = await RawServer.start({ connectionMode: 'silent' });
    const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1').on('error', () => undefined);
    while (server.open === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    socket.destroy();
    await check.assertNothingLeft();
  });

  test(
    'after a cluster was closed, with a frozen pod and connections through its cluster IP',
    async () => {
      const check = leakCheck();
      const cluster = await LocalCluster.start();
      const script = new URL('../../test/pods/echo-pod.mjs', import.meta.url);
      const deployment = cluster.deployment({ script, replicas: 2 });
      await cluster.settled();
      const [host, port] = cluster.clusterIpAddress.split(':');
      const socket = connect(Number(port), host).on('error', () => undefined);
      await once(socket, 'connect');
      deployment.pods()[0]?.freeze();
      await cluster.close();
      socket.destroy();
      await check.assertNothingLeft();
    },
    CEILING_MS,
  );
});

test('a stopped check has no listener of its own left', () => {
  const before = process.listenerCount('newListener');
  leakCheck().stop();
  expect(process.listenerCount('newListener')).toBe(before);
});
