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

  test('has the pods of SRV records, each on its own port', async () => {
    const other = await harness.server('127.0.0.3:0');
    dns.srv = [
      { name: 'a.example', port: pods[0]!.port, priority: 1, weight: 3 },
      { name: 'b.example', port: other.port, priority: 2, weight: 1 },
    ];
    dns.names.set('a.example', ['127.0.0.1']).set('b.example', ['127.0.0.3']);
    const pool = harness.pool(`dns://127.0.0.1:${dns.port}/_grpc._tcp.greeter.example`);
    const client = harness.client(pool);
    while (other.received.length === 0) await unary(client, 'x');
    expect(new Set(pool.snapshot().members.map(({ address }) => address))).toEqual(
      new Set([`127.0.0.1:${pods[0]!.port}`, `127.0.0.3:${other.port}`]),
    );
    expect(pool.snapshot().resolver.attributes).toMatchObject({ name: '_grpc._tcp.greeter.example' });
  });

  describe('and its service config', () => {
    const txt = (config: object): readonly string[] => [`grpc_config=${JSON.stringify([{ serviceConfig: config }])}`];

    test('is looked up below _grpc_config and given to what is built on the pool, before the first pods', async () => {
      dns.a = SERVED.slice(0, 1);
      dns.txt = ['v=spf1 -all', ...txt({ methodConfig: [], ['x'.repeat(300)]: 1 })];
      const pool = poolOf({ lookUpServiceConfig: true });
      const taken: unknown[] = [];
      pool.takeServiceConfigs((config) => taken.push([config, pool.snapshot().members.length]));
      await unary(harness.client(pool), 'x');
      expect(taken).toEqual([[{ methodConfig: [], ['x'.repeat(300)]: 1 }, 0]]);
      expect(dns.queriesOf('TXT')).toEqual(['_grpc_config.greeter.example TXT udp']);
    });

    test('is not looked for by a pool that stands alone', async () => {
      dns.a = SERVED.slice(0, 1);
      await unary(harness.client(poolOf()), 'x');
      expect(dns.queriesOf('TXT')).toEqual([]);
    });

    test.each<[string, () => void, string]>([
      ['the server fails', () => (dns.txt = 'SERVFAIL'), 'the server failed (SERVFAIL)'],
      ['the server swallows such queries', () => (dns.txt = 'silent'), 'no answer within 1000 ms'],
      ['nobody can read it', () => (dns.txt = ['grpc_config={']), 'grpc_config: no JSON'],
    ])("stands in nobody's way when %s", async (_, prepare, text) => {
      dns.a = SERVED.slice(0, 1);
      prepare();
      const pool = poolOf({ lookUpServiceConfig: true });
      const told: unknown[] = [];
      pool.takeServiceConfigs((config) => told.push(config));
      pool.on('warning', (warning) => told.push(warning));
      expect(await unary(harness.client(pool), 'x')).toBe('x');
      expect(told).toEqual([{ code: 'service-config-unknown', message: expect.stringContaining(text) }]);
    });

    test.each([[[]], ['NXDOMAIN']])('there is none when the answer is %j', async (answer) => {
      dns.a = SERVED.slice(0, 1);
      dns.txt = answer as [];
      const pool = poolOf({ lookUpServiceConfig: true });
      const taken: unknown[] = [];
      pool.takeServiceConfigs((config) => taken.push(config));
      await unary(harness.client(pool), 'x');
      for (let round = 0; round < 3; round += 1) {
        const before = dns.queriesOf('A').length;
        pool.refresh();
        await until(() => dns.queriesOf('A').length > before);
      }
      expect(new Set(taken)).toEqual(new Set([undefined]));
      expect(dns.queriesOf('TXT')).toHaveLength(1);
    });
  });

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
