import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Exchange } from '../test/support/api-server.js';
import { ResolverHarness, type Told } from '../test/support/resolver-harness.js';
import { NOT_READY, pod, pod6, slice, TERMINATING } from '../test/support/slices.js';
import { CEILING_MS, settle, until } from '../test/support/until.js';
import { KubernetesApiError } from './errors/kubernetes-api-error.js';
import { KubernetesConfigError } from './errors/kubernetes-config-error.js';
import { kubernetesResolver } from './kubernetes-resolver.js';

jest.setTimeout(CEILING_MS);

let harness: ResolverHarness;

beforeEach(async () => {
  harness = await ResolverHarness.start();
});

afterEach(() => harness.close());

/** A resolver that knows these slices and watches. */
async function watching(...slices: readonly unknown[]): Promise<{ told: Told; watch: Exchange }> {
  const told = harness.resolve('kubernetes:///greeter.prod:grpc');
  (await harness.server.next('list')).list(slices, '10');
  const watch = (await harness.server.next('watch')).accept();
  await told.state(1);
  await settle();
  return { told, watch };
}

const addresses = (...ns: readonly number[]): string[] => ns.map((n) => `10.0.0.${n}:50051`);

describe('what a pool is told', () => {
  test('the pods that are ready, with what is known of them, as of the look-up', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod:grpc');
    const list = await harness.server.next('list');
    expect(list.path).toContain('/namespaces/prod/');
    harness.clock.advance(7);
    list.list([slice('a', [pod(1, { zone: 'z', nodeName: 'n' }), pod(2, NOT_READY)])], '10');
    expect(await told.state(1)).toEqual({
      endpoints: [
        {
          id: 'uid-1',
          addresses: [{ kind: 'tcp', host: '10.0.0.1', port: 50_051 }],
          attributes: { pod: 'pod-1', node: 'n', zone: 'z' },
        },
      ],
      lagMs: 0,
      attributes: { source: 'kubernetes', namespace: 'prod', service: 'greeter', slices: 1 },
    });
    expect(told.states[0]?.startedAt).toBe(0);
  });

  test('a Service without slices has no pods: that is an answer', async () => {
    const { told } = await watching();
    expect(told.last?.endpoints).toEqual([]);
    expect(told.errors).toEqual([]);
  });

  test('the namespace that a target does not name is that of the context', async () => {
    harness.resolve('k8s:greeter');
    expect((await harness.server.next('list')).path).toContain('/namespaces/team/');
  });

  test('both addresses of a dual-stack pod are one endpoint, whichever slice comes later', async () => {
    const { told, watch } = await watching(slice('four', [pod(1)]));
    watch.events(['ADDED', slice('six', [pod6(1)], { addressType: 'IPv6', version: '11' })]);
    await settle();
    harness.clock.advance(200);
    expect((await told.state(2)).endpoints).toHaveLength(1);
    expect(told.addresses).toEqual(['[fd00::1]:50051 10.0.0.1:50051']);
  });

  test('a port that the pods do not have is an error with those that they have; a rename keeps the last good state', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod:grcp');
    (await harness.server.next('list')).list([slice('a', [pod(1)])], '10');
    const error = await told.error(1);
    expect(error).toBeInstanceOf(KubernetesConfigError);
    expect(error.message).toBe(
      'the Service greeter in the namespace prod: its pods have no port named "grcp" (they have: grpc (50051))',
    );
    expect(told.states).toEqual([]);
    const ports = [{ name: 'grcp', port: 1 }];
    (await harness.server.next('watch')).accept().events(['MODIFIED', slice('a', [pod(1)], { ports, version: '11' })]);
    await told.state(1);
    expect(told.addresses).toEqual(['10.0.0.1:1']);
  });

  test('objects that are no EndpointSlices tell nothing, and a list that is none empties nothing', async () => {
    const { told, watch } = await watching(slice('a', [pod(1)]), { kind: 'Pod', metadata: { name: 'x' } }, null, 5);
    watch.events(['ADDED', { kind: 'Pod', metadata: { name: 'a', resourceVersion: '11' } }], ['MODIFIED', null]);
    watch.events(['DELETED', null], ['DELETED', { metadata: {} }]);
    await settle();
    harness.clock.advance(1_000);
    expect(told.addresses).toEqual(addresses(1));
    expect(told.states).toHaveLength(1);
  });
});

describe('the moment in which changes are gathered', () => {
  test('a pod that terminates is left within 50 ms, and further changes do not make it later', async () => {
    const { told, watch } = await watching(slice('a', [pod(1), pod(2)]));
    const { clock } = harness;
    watch.events(['MODIFIED', slice('a', [pod(1, TERMINATING), pod(2)], { version: '11' })]);
    await settle();
    clock.advance(49);
    watch.events(['MODIFIED', slice('a', [pod(1, TERMINATING), pod(2), pod(3)], { version: '12' })]);
    await settle();
    expect(told.states).toHaveLength(1);
    clock.advance(1);
    expect(told.addresses).toEqual(addresses(2, 3));
    expect(told.states).toHaveLength(2);
    clock.advance(1_000);
    expect(told.states).toHaveLength(2);
  });

  test('pods that come are told of within 100 ms, together', async () => {
    const { told, watch } = await watching(slice('a', [pod(1)]));
    watch.events(['MODIFIED', slice('a', [pod(1), pod(2)], { version: '11' })]);
    await settle();
    harness.clock.advance(50);
    watch.events(['ADDED', slice('b', [pod(3)], { version: '12' })]);
    await settle();
    harness.clock.advance(49);
    expect(told.states).toHaveLength(1);
    harness.clock.advance(1);
    expect(told.addresses).toEqual(addresses(1, 2, 3));
  });

  test('the first pods are told of at once', async () => {
    const { told, watch } = await watching();
    watch.events(['ADDED', slice('a', [pod(1)], { version: '11' })]);
    await told.state(2);
    expect(told.addresses).toEqual(addresses(1));
    expect(harness.clock.now()).toBe(0);
  });

  test.each([
    ['first into the new slice', ['ADDED', 'MODIFIED']],
    ['first out of the old slice', ['MODIFIED', 'ADDED']],
  ])('a pod that moves from one slice to another is never left: %s', async (_, order) => {
    const { told, watch } = await watching(slice('a', [pod(1), pod(2)]));
    for (const [n, type] of order.entries()) {
      const version = String(11 + n);
      const [name, pods] = type === 'ADDED' ? ['b', [pod(2)]] : ['a', [pod(1)]];
      watch.events([type, slice(String(name), pods, { version })]);
      await settle();
      harness.clock.advance(20);
    }
    harness.clock.advance(1_000);
    for (const { state } of told.states) expect(state.endpoints.map(({ id }) => id)).toEqual(['uid-1', 'uid-2']);
  });

  test('a slice that is renamed leaves nobody; one that is removed takes only what no other has', async () => {
    const { told, watch } = await watching(slice('a', [pod(1), pod(2)]));
    watch.events(['ADDED', slice('b', [pod(1)], { version: '11' })], ['DELETED', slice('a', [], { version: '12' })]);
    await settle();
    harness.clock.advance(50);
    expect(told.addresses).toEqual(addresses(1));
  });

  test('no time is taken when the options say so', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod', { removalDelayMs: 0, additionDelayMs: 0 });
    (await harness.server.next('list')).list([slice('a', [pod(1)])], '10');
    const watch = (await harness.server.next('watch')).accept();
    watch.events(['MODIFIED', slice('a', [pod(1), pod(2)], { version: '11' })]);
    await settle();
    harness.clock.advance(0);
    expect(told.addresses).toEqual(addresses(1, 2));
  });
});

describe('one watch for all', () => {
  test('resolvers of one Service share it, at whichever port; the last one closes it', async () => {
    const { told, watch } = await watching(
      slice('a', [pod(1)], {
        ports: [
          { name: 'grpc', port: 1 },
          { name: 'http', port: 2 },
        ],
      }),
    );
    const second = harness.resolve('kubernetes:///greeter.prod:http');
    const third = harness.resolve('kubernetes://prod/greeter:grpc');
    await Promise.all([second.state(1), third.state(1)]);
    expect([told.addresses, second.addresses, third.addresses]).toEqual([
      ['10.0.0.1:1'],
      ['10.0.0.1:2'],
      ['10.0.0.1:1'],
    ]);
    expect(harness.server.connections).toBe(1);
    expect(harness.server.waiting).toBe(0);
    told.resolver.close();
    second.resolver.close();
    await settle();
    expect(watch.closed).toBe(false);
    third.resolver.close();
    await until(() => watch.closed);
  });

  test('another Service and another namespace have their own', async () => {
    harness.resolve('kubernetes:///greeter.prod');
    harness.resolve('kubernetes:///greeter.dev');
    harness.resolve('kubernetes:///other.prod');
    const lists = [
      await harness.server.next('list'),
      await harness.server.next('list'),
      await harness.server.next('list'),
    ];
    expect(new Set(lists.map(({ path, query }) => `${path} ${query.get('labelSelector')}`)).size).toBe(3);
  });

  test('what the listener of one throws disturbs no other, and is not lost', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod');
    const other = harness.resolve('kubernetes:///greeter.prod');
    const uncaught: unknown[] = [];
    const queue = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) => {
      try {
        callback();
      } catch (error) {
        uncaught.push(error);
      }
    });
    told.onState = () => {
      throw new Error('of the listener');
    };
    (await harness.server.next('list')).list([slice('a', [pod(1)])], '10');
    await other.state(1);
    await harness.server.next('watch');
    queue.mockRestore();
    expect(uncaught).toEqual([new Error('of the listener')]);
    expect(other.errors).toEqual([]);
  });

  test('one that comes while the API server refuses hears of that at once', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod');
    (await harness.server.next('list')).refuse(403, 'Forbidden', 'no');
    await told.error(1);
    for (const target of ['kubernetes:///greeter.prod', 'kubernetes:///greeter.prod:another-port']) {
      expect(await harness.resolve(target).error(1)).toBe(told.errors[0]);
    }
    expect(harness.server.waiting).toBe(0);
  });

  test('one that was closed hears nothing more, and can be made anew', async () => {
    const { told, watch } = await watching(slice('a', [pod(1)]));
    watch.events(['MODIFIED', slice('a', [], { version: '11' })]);
    await settle();
    told.resolver.close();
    told.resolver.close();
    harness.clock.advance(1_000);
    expect(told.states).toHaveLength(1);
    const again = harness.resolve('kubernetes:///greeter.prod:grpc');
    (await harness.server.next('list')).list([], '12');
    expect((await again.state(1)).endpoints).toEqual([]);
  });

  test('one that is closed right after its start asks for nothing', async () => {
    const told = harness.resolve('kubernetes:///greeter.prod');
    told.resolver.close();
    told.resolver.refresh();
    await settle();
    expect(harness.server.connections).toBe(0);
  });
});

describe('refresh()', () => {
  test('is answered by a watch that is heard: many who ask at once are told once', async () => {
    const { told } = await watching(slice('a', [pod(1)]));
    harness.clock.advance(3_000);
    for (let n = 0; n < 100; n += 1) told.resolver.refresh();
    harness.clock.advance(0);
    expect(told.states.map(({ startedAt }) => startedAt)).toEqual([0, 3_000]);
    expect(told.states[1]?.state).toBe(told.states[0]?.state);
  });

  test('of a silent watch is answered by a new list', async () => {
    const { told } = await watching(slice('a', [pod(1)]));
    harness.clock.advance(60_000);
    told.resolver.refresh();
    (await harness.server.next('list')).list([slice('a', [pod(2)])], '12');
    await settle();
    harness.clock.advance(0);
    expect(told.addresses).toEqual(addresses(2));
    expect(told.states.at(-1)?.startedAt).toBe(60_000);
  });
});

test('a 403 names the rule that is missing, and prints the Role for this account', async () => {
  const told = harness.resolve('kubernetes:///greeter.prod');
  const message =
    'endpointslices.discovery.k8s.io is forbidden: User "system:serviceaccount:web:shop" cannot list resource "endpointslices"';
  (await harness.server.next('list')).refuse(403, 'Forbidden', message);
  const error = (await told.error(1)) as KubernetesApiError;
  expect(error).toBeInstanceOf(KubernetesApiError);
  expect(error).toMatchObject({ status: 403, reason: 'Forbidden' });
  expect(error.message).toContain(message);
  expect(error.message).toContain('allows to list endpointslices.discovery.k8s.io in the namespace prod');
  expect(error.message).toContain(
    '{ apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }',
  );
  expect(error.message).toContain('{ kind: ServiceAccount, name: shop, namespace: web }');
});

test('an API server that goes away keeps the last good state; when it is back, the state is told again', async () => {
  const { told, watch } = await watching(slice('a', [pod(1)]));
  const { server, clock } = harness;
  const { port } = server;
  clock.advance(2_000);
  watch.reset();
  await server.close();
  expect((await told.error(1)).message).toMatch(
    /^the API server http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
  );
  await server.listen(port);
  await settle();
  clock.advance(1_600);
  expect((await server.next('watch')).accept().version).toBe('10');
  await settle();
  clock.advance(0);
  expect(told.states).toHaveLength(2);
  expect(told.addresses).toEqual(addresses(1));
});

test('a kubeconfig that is not there is an error, and is looked for again', async () => {
  const kubeconfig = `${harness.directory}/later`;
  const told = harness.resolve('kubernetes:///greeter.prod', { kubeconfig });
  expect((await told.error(1)).message).toBe(`${kubeconfig}: no such file`);
  const config = { server: harness.server.url };
  harness.write(
    'later',
    JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a' } }],
      clusters: [{ name: 'a', cluster: config }],
    }),
  );
  await settle();
  harness.clock.advance(1_600);
  expect((await harness.server.next('list')).path).toContain('/namespaces/prod/');
});

test('a silent Service costs no request in 5 minutes', async () => {
  const { watch } = await watching(slice('a', [pod(1)]));
  for (let minute = 1; minute < 5; minute += 1) {
    harness.clock.advance(60_000);
    watch.bookmark(String(10 + minute));
    await settle();
  }
  harness.clock.advance(59_000);
  await settle();
  expect(harness.server.waiting).toBe(0);
});

test.each([
  [{ kubeconfg: 'x' }, 'kubeconfg: "x" (expected: unknown option (did you mean `kubeconfig`?))'],
  [{ kubeconfig: '' }, 'kubeconfig: "" (expected: a string that is not empty)'],
  [{ removalDelayMs: -1 }, 'removalDelayMs: -1 (expected: a duration, 0 to 10000 ms)'],
  [{ additionDelayMs: Infinity }, 'additionDelayMs: Infinity (expected: a duration, 0 to 60000 ms)'],
])('the options %j are refused', (options, message) => {
  expect(() => kubernetesResolver(options as object)).toThrow(message);
});
