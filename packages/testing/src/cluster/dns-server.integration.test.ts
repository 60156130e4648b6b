import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode } from './dns-codec.js';
import { leakCheck, type LeakCheck } from '../leak/leak-check.js';
import { SeededRandom } from '../random/seeded-random.js';
import { DnsServer } from './dns-server.js';

let addresses: string[];
let check: LeakCheck;
let server: DnsServer;
let resolver: dns.Resolver;
beforeEach(async () => {
  check = leakCheck();
  addresses = ['127.1.1.2', '127.1.1.3', '127.1.1.4'];
  server = new DnsServer({ name: 'x.test', ttlSeconds: 300, addresses: () => addresses, random: new SeededRandom(1) });
  await server.listen();
  resolver = new dns.Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([server.address]);
});
afterEach(async () => {
  resolver.cancel();
  await server.close();
  await server.close();
  await check.assertNothingLeft();
});

describe('DnsServer', () => {
  test('answers what is true now, and Node.js keeps nothing of it', async () => {
    expect((await resolver.resolve4('x.test')).sort()).toEqual(addresses);
    addresses = ['127.1.1.9'];
    expect(await resolver.resolve4('x.test', { ttl: true })).toEqual([{ address: '127.1.1.9', ttl: 300 }]);
    await expect(resolver.resolve6('x.test')).rejects.toThrow('ENODATA');
    addresses = [];
    await expect(resolver.resolve4('x.test')).rejects.toThrow('ENOTFOUND');
  });

  test('changes the order of the records', async () => {
    const first = new Set<string | undefined>();
    while (first.size < addresses.length) first.add((await resolver.resolve4('x.test'))[0]);
  });

  test('sends clients with too long answers to TCP', async () => {
    addresses = Array.from({ length: 200 }, (_, index) => `127.1.1.${index + 1}`);
    expect(await resolver.resolve4('x.test')).toHaveLength(200);
  });

  test('takes queries over TCP in any pieces', async () => {
    const query = encode({
      id: 1,
      type: 'query',
      flags: 0,
      questions: [{ type: 'A', name: 'x.test', class: 'IN' }],
      answers: [],
      authorities: [],
      additionals: [],
    });
    const framed = Buffer.concat([Buffer.from([0, query.length]), query]);
    const socket = connect({ host: '127.0.0.1', port: Number(server.address.split(':')[1]), noDelay: true });
    const twice = Buffer.concat([framed, framed]);
    let received = Buffer.alloc(0);
    socket.on('data', (piece) => (received = Buffer.concat([received, piece])));
    for (const byte of twice) await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()));
    while (received.length < 2 || received.length < 2 * (2 + received.readUInt16BE(0))) await once(socket, 'data');
    expect(decode(received.subarray(2)).answers).toHaveLength(3);
    socket.destroy();
  });

  test('fails or is silent when told to', async () => {
    server.setFault('servfail');
    await expect(resolver.resolve4('x.test')).rejects.toThrow('ESERVFAIL');
    server.setFault('silent');
    await expect(resolver.resolve4('x.test')).rejects.toThrow('ETIMEOUT');
    server.setFault('none');
    expect(await resolver.resolve4('x.test')).toHaveLength(3);
    expect(server.queries).toBeGreaterThanOrEqual(3);
  });
});
