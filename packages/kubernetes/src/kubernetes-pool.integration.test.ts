import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { Pool } from '@fairlead/pool';
import { echo, echoService, ScriptedServer } from '@fairlead/testing';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Exchange } from '../test/support/api-server.js';
import { ResolverHarness } from '../test/support/resolver-harness.js';
import { slice, TERMINATING } from '../test/support/slices.js';
import { CEILING_MS, until } from '../test/support/until.js';
import { kubernetesResolver } from './kubernetes-resolver.js';

jest.setTimeout(CEILING_MS);

const EchoClient = makeGenericClientConstructor(echoService, 'Echo');
type Unary = (request: Buffer, callback: (error: Error | null) => void) => void;

let harness: ResolverHarness;
let pods: ScriptedServer[];
let pool: Pool;
let watch: Exchange;

/** A pod as a slice has it: the n-th server. */
function endpoint(n: number, uid: string, fields: Readonly<Record<string, unknown>> = {}): unknown {
  const [host] = pods[n]!.address.split(':');
  return { addresses: [host], targetRef: { kind: 'Pod', name: uid, uid }, ...fields };
}

const greeters = (version: string, ...endpoints: readonly unknown[]): unknown =>
  slice('greeter-abc', endpoints, { version, ports: [{ name: 'grpc', port: Number(pods[0]!.address.split(':')[1]) }] });

/** A call through the pool. */
function call(): Promise<void> {
  const client = new EchoClient('unused', credentials.createInsecure(), { channelOverride: pool });
  const unary = (client['unary'] as Unary).bind(client);
  return new Promise((resolve, reject) => unary(Buffer.from('x'), (error) => (error ? reject(error) : resolve())));
}

const known = (): string =>
  pool
    .snapshot()
    .members.map(({ endpoint: { id } }) => id)
    .join(' ');

beforeEach(async () => {
  harness = await ResolverHarness.start();
  const first = await ScriptedServer.start({ address: '127.0.0.1:0' });
  const port = first.address.split(':')[1];
  pods = [first, await ScriptedServer.start({ address: `127.0.0.2:${port}` })];
  pool = new Pool('kubernetes:///greeter.prod:grpc', credentials.createInsecure(), {
    resolvers: [kubernetesResolver({ kubeconfig: `${harness.directory}/config` })],
  });
  const ready = pool.ready({ timeoutMs: CEILING_MS });
  (await harness.server.next('list')).list([greeters('10', endpoint(0, 'old'))], '10');
  watch = (await harness.server.next('watch')).accept();
  await ready;
});

afterEach(async () => {
  pool.close();
  await Promise.all(pods.map((each) => each.close()));
  await harness.close();
});

test('a pod that terminates gets no new calls, and those that it has come to their end', async () => {
  pods[0]!.next(echo({ delayMs: 500 }));
  const running = call();
  await until(() => pods[0]!.calls.length === 1);
  watch.events(['MODIFIED', greeters('11', endpoint(0, 'old', TERMINATING), endpoint(1, 'new'))]);
  await until(() => known() === 'new');
  await Promise.all(Array.from({ length: 20 }, call));
  expect(pods.map(({ calls }) => calls.length)).toEqual([1, 20]);
  await running;
});

test('another pod at the same address is another member, with a connection of its own', async () => {
  await call();
  watch.events(['MODIFIED', greeters('11', endpoint(0, 'successor'))]);
  await until(() => known() === 'successor');
  await call();
  const peers = new Set(pods[0]!.calls.map(({ peer }) => peer));
  expect(peers.size).toBe(2);
});

test('the pods that are known stay when the API server has gone, and calls go on', async () => {
  const { port } = harness.server;
  const failed = new Promise((resolve) => pool.on('resolverError', resolve));
  await harness.server.close();
  await failed;
  await call();
  expect(known()).toBe('old');
  await harness.server.listen(port);
});

test('its certificate name and authority are those of the Service', () => {
  expect(pool.getTarget()).toBe('kubernetes:///greeter.prod:grpc');
  expect(
    kubernetesResolver().authority?.({ scheme: 'kubernetes', authority: '', endpoint: 'greeter.prod:grpc', uri: '' }),
  ).toBe('greeter.prod');
});
