// Kubernetes pkg/proxy/endpointslicecache_test.go, under its names. Its endpoints have no `targetRef`: they are known by address.
import { describe, expect, test } from '@jest/globals';
import { slice } from '../../test/support/slices.js';
import { changeUrgency } from './change-urgency.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { EndpointTable } from './endpoint-table.js';
import { mergeSlices } from './merge-slices.js';
import { parseSlice } from './parse-slice.js';

/** Endpoints `10.0.<subnet>.1` to `.<count>`; every n-th is not ready, every m-th terminates. */
interface Generated {
  readonly subnet: number;
  readonly count: number;
  readonly unreadyEvery?: number;
  readonly terminatingEvery?: number;
  readonly ports?: readonly (number | null)[];
}

function generated(name: string, { subnet, count, ports = [80], ...every }: Generated): EndpointSlice {
  const { unreadyEvery = Infinity, terminatingEvery = Infinity } = every;
  const endpoints = Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    const [serving, terminating] = [n % unreadyEvery !== 0, n % terminatingEvery === 0];
    const conditions = { ready: serving && !terminating, serving, terminating };
    return { addresses: [`10.0.${subnet}.${n}`], conditions, nodeName: `host${1 + (n % 2)}` };
  });
  return frozen(slice(name, endpoints, { ports: ports.map((port, n) => ({ name: `port-${n}`, port })) }));
}

/** Read from an object that nobody may change, into one that nobody may change. */
function frozen(object: unknown): EndpointSlice {
  return deepFreeze(parseSlice(deepFreeze(object))) as EndpointSlice;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/** Every endpoint at a port, with what is said of it when it is not ready. */
function endpointsAt(port: string | undefined, ...slices: readonly EndpointSlice[]): readonly string[] {
  return mergeSlices(slices, port).map(({ id, best: { pod } }) => {
    const state = pod.terminating ? ' terminating' : pod.serving ? '' : ' unready';
    return pod.ready ? id : id + state;
  });
}

/** Those that are told to a pool. */
function toldAt(port: string | undefined, ...slices: readonly EndpointSlice[]): readonly string[] {
  return new EndpointTable(port).update(slices).endpoints.map(({ id }) => id);
}

const range = (count: number, subnet = 1, port = 80): string[] =>
  Array.from({ length: count }, (_, n) => `10.0.${subnet}.${n + 1}:${port}`);

describe('TestEndpointsMapFromESC', () => {
  test('1 slice, 2 hosts, ports 80,443', () => {
    const only = generated('svc1-1', { subnet: 1, count: 3, ports: [80, 443] });
    expect(toldAt('port-0', only)).toEqual(range(3));
    expect(toldAt('port-1', only)).toEqual(range(3, 1, 443));
    const { endpoints } = new EndpointTable('port-0').update([only]);
    expect(endpoints.map(({ attributes }) => attributes.node)).toEqual(['host2', 'host1', 'host2']);
  });

  test('2 slices, same port', () => {
    const slices = [1, 2].map((subnet) => generated(`svc1-${subnet}`, { subnet, count: 3 }));
    expect(toldAt('port-0', ...slices)).toEqual([...range(3), ...range(3, 2)]);
  });

  // The order is that of the names: neither may count.
  const eitherWay = (...[one, other]: readonly Partial<Generated>[]): readonly (readonly EndpointSlice[])[] =>
    [
      [one, other],
      [other, one],
    ].map((pair) => pair.map((fields, n) => generated(`svc1-${n}`, { subnet: 1, count: 10, ...fields })));

  test('2 overlapping slices, same port', () => {
    for (const slices of eitherWay({ count: 3 }, { count: 4 })) expect(toldAt('port-0', ...slices)).toEqual(range(4));
  });

  test('2 slices, overlapping endpoints, some endpoints unready in 1 or both', () => {
    for (const slices of eitherWay({ unreadyEvery: 3 }, { unreadyEvery: 6 })) {
      expect(endpointsAt('port-0', ...slices)).toEqual(range(10).with(5, '10.0.1.6:80 unready'));
      expect(toldAt('port-0', ...slices)).toEqual(range(10).toSpliced(5, 1));
    }
  });

  test('2 slices, overlapping endpoints, some endpoints unready and some endpoints terminating', () => {
    const terminatingEvery = 5;
    for (const slices of eitherWay({ unreadyEvery: 3, terminatingEvery }, { unreadyEvery: 6, terminatingEvery })) {
      expect(endpointsAt('port-0', ...slices)).toEqual(
        range(10).with(4, '10.0.1.5:80 terminating').with(5, '10.0.1.6:80 unready').with(9, '10.0.1.10:80 terminating'),
      );
      expect(toldAt('port-0', ...slices)).toEqual(range(9).toSpliced(4, 2));
    }
  });

  test('2 slices, overlapping endpoints, all unready', () => {
    const slices = ['a', 'b'].map((name) => generated(name, { subnet: 1, count: 10, unreadyEvery: 1 }));
    expect(endpointsAt('port-0', ...slices)).toEqual(range(10).map((id) => `${id} unready`));
    expect(toldAt('port-0', ...slices)).toEqual([]);
  });

  test('Nil port should not break anything', () => {
    const only = generated('svc1-1', { subnet: 1, count: 3, ports: [null] });
    expect(toldAt('port-0', only)).toEqual([]);
    expect(toldAt(undefined, only)).toEqual([]);
  });

  test('Different endpoints with duplicate IPs should not be filtered', () => {
    const slices = [80, 8_080].map((port) => generated(`svc1-${port}`, { subnet: 1, count: 2, ports: [port] }));
    expect(toldAt('port-0', ...slices)).toEqual([...range(2, 1, 80), ...range(2, 1, 8_080)].sort(byPort));
  });
});

describe('TestEndpointInfoByServicePort', () => {
  test('simple use case with 3 endpoints', () => {
    expect(toldAt('port-0', generated('svc1-1', { subnet: 1, count: 3 }))).toEqual(range(3));
  });

  test('4 different slices with duplicate IPs', () => {
    const slices = [80, 8_080].flatMap((port) =>
      ['a', 'b'].map((name) => generated(`svc1-${port}-${name}`, { subnet: 1, count: 2, ports: [port] })),
    );
    expect([...toldAt('port-0', ...slices)].sort(byPort)).toEqual([...range(2, 1, 80), ...range(2, 1, 8_080)]);
  });
});

describe('TestEsDataChanged', () => {
  const [http, https] = [
    { name: 'http', port: 80, protocol: 'TCP' },
    { name: 'https', port: 443, protocol: 'TCP' },
  ];
  const [one, two] = [{ addresses: ['10.0.1.0'] }, { addresses: ['10.0.1.1'] }];
  const foo = (ports: readonly object[], endpoints: readonly object[] = []): EndpointSlice =>
    frozen(slice('foo', endpoints, { ports }));

  // More than kube-proxy's yes and no: how soon it must be told.
  test.each([
    ['identical slices, ports only', foo([http]), foo([http]), 'none'],
    // Who names no port means the first.
    ['identical slices, ports out of order', foo([https, http]), foo([http, https]), 'removal'],
    ['port removed', foo([https, http]), foo([https]), 'removal'],
    ['port added', foo([https]), foo([https, http]), 'removal'],
    ['identical with endpoints', foo([https], [one, two]), foo([https], [one, two]), 'none'],
    ['identical with endpoints out of order', foo([https], [one, two]), foo([https], [two, one]), 'addition'],
    ['identical with endpoint added', foo([https], [one]), foo([https], [two, one]), 'addition'],
  ])('%s', (_, before, after, urgency) => {
    expect(changeUrgency(before, after)).toBe(urgency);
  });

  test('endpoints in another order are looked at, and not told', () => {
    const table = new EndpointTable('https');
    table.update([foo([https], [one, two])]);
    expect(table.update([foo([https], [two, one])]).changed).toBe(false);
  });
});

function byPort(a: string, b: string): number {
  const [portOfA, portOfB] = [a, b].map((id) => Number(id.split(':')[1]));
  return portOfA! - portOfB! || (a < b ? -1 : 1);
}
