import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as grpc from '@grpc/grpc-js';
import { TestDnsServer } from '../../../test/support/dns-server.js';
import { unary, type EchoServer } from '../../../test/support/echo-server.js';
import { CEILING_MS, Harness, until } from '../../../test/support/harness.js';
import type { Pool } from '../../pool.js';

const SERVED: readonly string[] = ['127.0.0.1', '127.0.0.2'];

describe('a pool of a DNS name', () => {
  let harness: Harness;
  let dns: TestDnsServer;
  let pods: EchoServer[];

  beforeEach(async () => {
    harness = new Harness();
    dns = await TestDnsServer.listen();
    const first = await harness.server('127.0.0.1:0');
    pods = [first, await harness.server(`127.0.0.2:${first.port}`)];
    dns.ttlSeconds = 1;
  });

  afterEach(async () => {
    await dns.close();
    await harness.close();
  });

  const poolOf = (options = {}): Pool =>
    harness.pool(`dns://127.0.0.1:${dns.port}/greeter.example:${pods[0]!.port}`, options);
  const ready = (pool: Pool): number =>
    pool.snapshot().members.filter((member) => member.connectivity === 'ready').length;

  test(
    'finds a pod that is added while all is well',
    async () => {
      dns.a = SERVED.slice(0, 1);
      const pool = poolOf({ refreshIntervalMs: 60_000 });
      const client = harness.client(pool);
      expect(await unary(client, 'x')).toBe('x');
      expect(pool.snapshot()).toMatchObject({
        members: [{}],
        resolver: { attributes: { source: 'dns', ttlSeconds: 1 } },
      });
      dns.a = SERVED;
      await until(() => ready(pool) === 2);
      while (pods[1]!.received.length === 0) await unary(client, 'x');
    },
    CEILING_MS,
  );

  test(
    'keeps the last pods that it knows when the DNS fails or finds nothing',
    async () => {
      dns.a = SERVED;
      const pool = poolOf();
      const client = harness.client(pool);
      await unary(client, 'x');
      const errors: string[] = [];
      pool.on('resolverError', (error) => errors.push(error.message));
      for (const [answer, text] of [
        ['SERVFAIL', 'SERVFAIL'],
        ['NXDOMAIN', 'NXDOMAIN'],
        [[], 'no A or AAAA'],
      ] as const) {
        dns.a = dns.aaaa = answer;
        pool.refresh();
        await until(() => errors.some((error) => error.includes(text)), text);
        expect(pool.snapshot().members).toHaveLength(2);
        expect(await unary(client, 'x')).toBe('x');
      }
    },
    CEILING_MS,
  );

  test('fails calls with the reason when the name was never found', async () => {
    dns.a = dns.aaaa = 'NXDOMAIN';
    await expect(unary(harness.client(poolOf()), 'x')).rejects.toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: expect.stringMatching(
        /^name resolution of dns:\/\/.* failed: DNS look-up of greeter\.example: the name does not exist/,
      ),
    });
  });

  test(
    'asks again as soon as a connection is lost, and not only when the interval is over',
    async () => {
      dns.a = SERVED.slice(0, 1);
      dns.ttlSeconds = 3_600;
      const pool = poolOf({ refreshIntervalMs: 3_600_000 });
      const client = harness.client(pool);
      await unary(client, 'x');
      dns.a = SERVED.slice(1);
      pods[0]!.kill();
      await until(() => pool.snapshot().members[0]?.address.startsWith('127.0.0.2') === true);
      expect(await unary(client, 'x')).toBe('x');
    },
    CEILING_MS,
  );

  test('gives a look-up up when it is closed', async () => {
    dns.a = dns.aaaa = 'silent';
    const pool = poolOf();
    pool.connect();
    await until(() => dns.queries.length > 0);
    pool.close();
  });

  test('knows localhost', async () => {
    const pool = harness.pool(`localhost:${pods[0]!.port}`);
    expect(await unary(harness.client(pool), 'x')).toBe('x');
    expect(pool.snapshot().members).toMatchObject([{ address: `127.0.0.1:${pods[0]!.port}` }]);
  });
});
