// A watch of the scripted API server beside look-ups in a DNS server, in virtual time over real connections.
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { crossCheck, fallback, Pool, type PoolEvents } from '@fairlead/pool';
import type { ResolverFactory } from '@fairlead/core';
import { DnsServer, echoService, ScriptedServer, SeededRandom } from '@fairlead/testing';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Exchange } from '../test/support/api-server.js';
import { ResolverHarness } from '../test/support/resolver-harness.js';
import { slice } from '../test/support/slices.js';
import { CEILING_MS, settle, until } from '../test/support/until.js';
import { kubernetesResolver } from './kubernetes-resolver.js';

jest.setTimeout(CEILING_MS);

const EchoClient = makeGenericClientConstructor(echoService, 'Echo');
type Unary = (request: Buffer, callback: (error: Error | null) => void) => void;

let harness: ResolverHarness;
let dns: DnsServer;
let inDns: string[];
let pods: ScriptedServer[];
let port: number;
let pool: Pool;
let watch: Exchange;

beforeEach(async () => {
  harness = await ResolverHarness.start();
  const first = await ScriptedServer.start({ address: '127.0.0.1:0' });
  port = Number(first.address.split(':')[1]);
  pods = [first, await ScriptedServer.start({ address: `127.0.0.2:${port}` })];
  inDns = ['127.0.0.1'];
  dns = new DnsServer({
    name: 'greeter.prod.example',
    ttlSeconds: 5,
    addresses: () => inDns,
    random: new SeededRandom(1),
  });
  await dns.listen();
});

afterEach(async () => {
  pool.close();
  await dns.close();
  await Promise.all(pods.map((each) => each.close()));
  await harness.close();
});

/** A pool that knows pod 1 by a watch, from version 10 on. */
async function start(resolver: (watch: ResolverFactory, dns: string) => ResolverFactory): Promise<void> {
  const watching = kubernetesResolver({ kubeconfig: `${harness.directory}/config` });
  const target = `dns://${dns.address}/greeter.prod.example:${port}`;
  pool = new Pool('kubernetes:///greeter.prod:grpc', credentials.createInsecure(), {
    resolvers: [resolver(watching, target)],
    clock: harness.clock,
    random: new SeededRandom(1),
  });
  const ready = pool.ready();
  (await harness.server.next('list')).list([greeters('10', 1)], '10');
  watch = (await harness.server.next('watch')).accept();
  await ready;
  await call();
}

const greeters = (version: string, ...ns: readonly number[]): unknown => {
  const endpoints = ns.map((n) => ({
    addresses: [`127.0.0.${n}`],
    targetRef: { kind: 'Pod', name: `pod-${n}`, uid: `uid-${n}` },
  }));
  return slice('greeter-abc', endpoints, { version, ports: [{ name: 'grpc', port }] });
};

function call(): Promise<void> {
  const client = new EchoClient('unused', credentials.createInsecure(), { channelOverride: pool });
  const unary = (client['unary'] as Unary).bind(client);
  return new Promise((resolve, reject) => unary(Buffer.from('x'), (error) => (error ? reject(error) : resolve())));
}

/** Passes virtual time until something has happened; look-ups over the network get real time for each second of it. */
async function pass(happened: () => boolean, atMostMs: number): Promise<void> {
  const end = harness.clock.now() + atMostMs;
  while (!happened()) {
    if (harness.clock.now() >= end) throw new Error(`did not happen within ${atMostMs} ms: ${String(happened)}`);
    harness.clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await settle();
  }
}

function told<E extends keyof PoolEvents>(event: E): PoolEvents[E][0][] {
  const all: PoolEvents[E][0][] = [];
  pool.on(event, ((first: PoolEvents[E][0]) => all.push(first)) as never);
  return all;
}

const known = (): string =>
  pool
    .snapshot()
    .members.map(({ endpoint: { id } }) => id)
    .sort()
    .join(' ');

const ready = (): number => pool.snapshot().members.filter(({ connectivity }) => connectivity === 'ready').length;

test('crossCheck: a watch that has gone silent is found out by the DNS, and all is listed anew', async () => {
  await start((watching, target) => crossCheck(watching, target, { intervalMs: 20_000 }));
  const disagreements = told('resolverDisagreement');
  // The Service has moved to pod 2, and the watch, whose connection still stands, says nothing of it.
  inDns = ['127.0.0.2'];
  await pass(() => disagreements.length > 0, 240_000);
  expect(disagreements).toMatchObject([{ active: true, missed: ['127.0.0.2'] }]);
  expect(known()).toBe('uid-1');
  const list = await harness.server.next('list');
  // Not the newest of a cache that may be as stuck as the watch.
  expect(list.version).toBeNull();
  await until(() => watch.closed);
  list.list([greeters('90', 2)], '90');
  expect((await harness.server.next('watch')).accept().version).toBe('90');
  await pass(() => known() === 'uid-2' && ready() === 1, 10_000);
  await call();
  expect(pods.map(({ calls }) => calls.length)).toEqual([1, 1]);
  await pass(() => disagreements.length > 1, 60_000);
  expect(disagreements[1]).toMatchObject({ active: false });
  expect(harness.server.waiting).toBe(0);
});

test('fallback: while the API server is away the pods are those of the DNS, and then again those of the watch', async () => {
  await start((watching, target) => fallback(watching, target));
  const sources = told('resolverSource');
  const { server } = harness;
  const apiPort = server.port;
  inDns = ['127.0.0.1', '127.0.0.2'];
  watch.reset();
  await server.close();
  await pass(() => sources.length > 0, 60_000);
  expect(sources).toMatchObject([{ to: `dns://${dns.address}/greeter.prod.example:${port}`, worse: true }]);
  await pass(() => ready() === 2, 10_000);
  // The pod that both know is the same one, on the same connection.
  expect(known()).toBe(`127.0.0.2:${port} uid-1`);
  while (pods[1]!.calls.length === 0) await call();
  expect(new Set(pods[0]!.calls.map(({ peer }) => peer)).size).toBe(1);

  await server.listen(apiPort);
  await pass(() => server.waiting > 0, 120_000);
  const again = (await server.next('watch')).accept();
  expect(again.version).toBe('10');
  await pass(() => sources.length > 1, 30_000);
  expect(sources[1]).toMatchObject({ to: 'kubernetes:///greeter.prod:grpc', worse: false });
  await pass(() => known() === 'uid-1', 10_000);
  await call();
  expect(new Set(pods[0]!.calls.map(({ peer }) => peer)).size).toBe(1);
  again.events(['MODIFIED', greeters('11', 2)]);
  await pass(() => known() === 'uid-2' && ready() === 1, 10_000);
  // Nobody asks the DNS any more.
  const { queries } = dns;
  const later = harness.clock.now() + 60_000;
  await pass(() => harness.clock.now() >= later, 60_000);
  expect(dns.queries).toBe(queries);
});
