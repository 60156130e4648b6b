// Armeria's KubernetesEndpointGroup*Test, under their names. Its groups watch Services and Pods, ours EndpointSlices, so a pod
// that a test of theirs creates is here a slice that says so.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Exchange } from '../test/support/api-server.js';
import { ResolverHarness, type Told } from '../test/support/resolver-harness.js';
import { GRPC_PORT, pod, slice, type SliceFields } from '../test/support/slices.js';
import { CEILING_MS, settle, until } from '../test/support/until.js';

jest.setTimeout(CEILING_MS);

let harness: ResolverHarness;

beforeEach(async () => {
  harness = await ResolverHarness.start();
});

afterEach(() => harness.close());

/** A resolver that knows the pods 1 and 2 and watches from the version 10. */
async function watching(target = 'kubernetes:///nginx-service.test:grpc'): Promise<{ told: Told; watch: Exchange }> {
  const told = harness.resolve(target);
  (await harness.server.next('list')).list([nginx('10', 1, 2)], '10');
  const watch = (await harness.server.next('watch')).accept();
  await told.state(1);
  await settle();
  expect(told.addresses).toEqual(addresses(1, 2));
  return { told, watch };
}

const nginx = (version: string, ...pods: readonly (number | object)[]): unknown =>
  slice(
    'nginx',
    pods.map((each) => (typeof each === 'number' ? pod(each) : each)),
    { version },
  );

const addresses = (...pods: readonly number[]): string[] => pods.map((n) => `10.0.0.${n}:50051`);

/** Says what the slice is now, and waits until that is told. */
async function becomes(told: Told, watch: Exchange, version: string, ...pods: readonly number[]): Promise<void> {
  watch.events(['MODIFIED', nginx(version, ...pods)]);
  await settle();
  harness.clock.advance(200);
  await until(
    () => told.addresses.join() === addresses(...pods).join(),
    `${pods.join()} instead of ${told.addresses.join()}`,
  );
}

test('shouldReconnectOnWatcherException', async () => {
  const { told, watch } = await watching();
  harness.clock.advance(2_000);
  watch.reset();
  for (let fault = 1; fault <= 2; fault += 1) {
    (await harness.server.next('watch')).refuse(500, 'InternalError');
    await told.error(fault);
    await settle();
    expect(told.addresses).toEqual(addresses(1, 2));
    harness.clock.advance(harness.clock.nextTimerAt! - harness.clock.now());
  }
  const recovered = (await harness.server.next('watch')).accept();
  expect(recovered.version).toBe('10');
  await becomes(told, recovered, '11', 1, 2, 3);
});

describe('periodicallyCreateNewWatch', () => {
  test.each([
    [0, 1],
    [500, 4],
    [1_000, 2],
  ])('%i', async (ageMs, watches) => {
    const { told, watch } = await watching();
    // A Service of which there is nothing to tell, and a server that ends watches after so long (0: not).
    let current = watch;
    for (let n = 1; n < watches; n += 1) {
      current.bookmark(String(10 + n));
      await settle();
      harness.clock.advance(ageMs);
      current.end();
      current = (await harness.server.next('watch')).accept();
      expect(current.version).toBe(String(10 + n));
    }
    await becomes(told, current, '20', 1, 2, 3);
    expect(harness.server.exchanges.filter(({ kind }) => kind === 'watch')).toHaveLength(watches);
    expect(told.errors).toEqual([]);
    // Ours asks the server for an end.
    const seconds = harness.server.exchanges.slice(1).map(({ query }) => Number(query.get('timeoutSeconds')));
    expect(seconds.every((each) => each >= 300 && each <= 600)).toBe(true);
  });
});

describe('createEndpointsWithNodeIpAndPort', () => {
  test.each([
    [true, 'kubernetes:///nginx-service.non-default-namespace:grpc', 'non-default-namespace'],
    [false, 'kubernetes:nginx-service', 'team'],
  ])('%s', async (_, target, namespace) => {
    const { told, watch } = await watching(target);
    expect(harness.server.exchanges[0]?.path).toContain(`/namespaces/${namespace}/`);
    await becomes(told, watch, '11', 1, 2, 3);
    await becomes(told, watch, '12', 2, 3);
    await becomes(told, watch, '13', 2, 3, 4);
  });
});

test('clearOldEndpointsWhenServiceIsUpdated', async () => {
  const { told, watch } = await watching();
  const updated: SliceFields = { version: '12', ports: [{ ...GRPC_PORT, port: 30_001 }] };
  watch.events(['MODIFIED', nginx('11')], ['ADDED', slice('nginx-updated', [pod(3)], updated)]);
  await settle();
  harness.clock.advance(50);
  expect(told.addresses).toEqual(['10.0.0.3:30001']);
  watch.events(['DELETED', nginx('13')]);
  await settle();
  harness.clock.advance(1_000);
  expect(told.states.map(({ state }) => state.endpoints.length)).toEqual([2, 1]);
});

test('podModeBasic', async () => {
  const { told, watch } = await watching();
  await becomes(told, watch, '11', 1, 2, 3);
  await becomes(told, watch, '12', 2, 3);
});

test('podModeWithPortName', async () => {
  const [https, http] = ['https', 'http'].map((port) => harness.resolve(`kubernetes:///nginx-service.test:${port}`));
  const ports = [
    { name: 'http', port: 8_080 },
    { name: 'https', port: 8_443 },
  ];
  (await harness.server.next('list')).list([slice('nginx', [pod(1)], { ports })]);
  await Promise.all([https!.state(1), http!.state(1)]);
  expect([https!.addresses, http!.addresses]).toEqual([['10.0.0.1:8443'], ['10.0.0.1:8080']]);
});

test('podModeSkipsPodWithNullPodIp', async () => {
  const { told, watch } = await watching();
  const pending = [{ addresses: [] }, { addresses: null }, { addresses: [null] }, {}];
  watch.events(['MODIFIED', nginx('11', 1, 2, 3, ...pending)]);
  await settle();
  harness.clock.advance(200);
  expect(told.addresses).toEqual(addresses(1, 2, 3));
});

test.each([
  ['nodePortModeAttachesPodAndNode', { nodeName: 'node-1' }, { pod: 'pod-1', node: 'node-1' }],
  ['podModeAttachesPodButNotNode', {}, { pod: 'pod-1' }],
  ['returnsNullWhenEndpointHasNoAttachedResource', { targetRef: undefined }, {}],
])('%s', async (_, fields, attributes) => {
  const told = harness.resolve('kubernetes:///nginx-service.test');
  (await harness.server.next('list')).list([nginx('10', pod(1, fields))], '10');
  expect((await told.state(1)).endpoints[0]?.attributes).toEqual(attributes);
});
