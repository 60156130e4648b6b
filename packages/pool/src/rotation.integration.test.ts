import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { unary } from '../test/support/echo-server.js';
import { Harness, until } from '../test/support/harness.js';

const MEMBERS = 8;
const WAIT_MS = 5;

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.close());

test('connections of real servers are replaced again and again under load: no call fails, no member is missing', async () => {
  const servers = await Promise.all(Array.from({ length: MEMBERS }, () => harness.server()));
  const target = `ipv4:${servers.map(({ address }) => address).join(',')}`;
  const pool = harness.pool(target, { maxConnectionAgeMs: 1_000 });
  const rotated = new Map(servers.map(({ address }) => [address, 0]));
  pool.on('rotated', ({ endpoint }) => rotated.set(endpoint.id, (rotated.get(endpoint.id) ?? 0) + 1));
  const client = harness.client(pool);
  pool.connect();
  const ready = (): number => pool.snapshot().members.filter(({ connectivity }) => connectivity === 'ready').length;
  await until(() => ready() === MEMBERS);
  const changes: unknown[] = [];
  pool.on('member', (change) => changes.push(change));
  let calls = 0;
  while ([...rotated.values()].some((times) => times < 3)) {
    await Promise.all(Array.from({ length: 4 }, () => unary(client, 'x')));
    calls += 4;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
  expect(changes).toEqual([]);
  expect(servers.reduce((sum, server) => sum + server.received.length, 0)).toBe(calls);
  expect(rotated.size).toBe(MEMBERS);
  expect(pool.snapshot().members.map(({ inFlight }) => inFlight)).toEqual(Array.from({ length: MEMBERS }, () => 0));
  await until(() => harness.sockets.filter((socket) => !socket.destroyed).length === MEMBERS);
}, 30_000);

test('a stream goes on on the connection that was replaced, up to the grace, and is then told why', async () => {
  const server = await harness.server();
  const pool = harness.pool(`ipv4:${server.address}`, { maxConnectionAgeMs: 1_000, maxConnectionAgeGraceMs: 300 });
  const stream = harness.client(pool).bidi();
  const messages: string[] = [];
  const ended = new Promise<Error>((resolve) => stream.on('error', resolve));
  stream.on('data', (message: Buffer) => messages.push(message.toString()));
  stream.write(Buffer.from('before'));
  await new Promise<void>((resolve) => pool.on('rotated', () => resolve()));
  stream.write(Buffer.from('after'));
  await until(() => messages.length === 2);
  expect((await ended).message).toBe(
    `14 UNAVAILABLE: the connection to ${server.address} was replaced because of its age ` +
      'and the call did not end within 300 ms',
  );
  expect(messages).toEqual(['before', 'after']);
  await until(() => harness.sockets.filter((socket) => !socket.destroyed).length === 1);
}, 30_000);
