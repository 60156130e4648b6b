import { describe, expect, test } from '@jest/globals';
import { endpointAt, type Endpoint } from './endpoint.js';
import { usableEndpoints } from './usable-endpoints.js';

const at = (n: number, attributes: object = {}): Endpoint =>
  endpointAt({ kind: 'tcp', host: `10.0.0.${n}`, port: 1 }, attributes);

describe('usableEndpoints', () => {
  test('gives back what is in order as it is', () => {
    const hints = { zones: ['a'], nodes: ['n'] };
    const full = { pod: 'p', node: 'n', zone: 'z', weight: 3, priority: 0, hints, hashKey: '', ready: true };
    const endpoints = [at(1, full), at(2, { serving: false, terminating: true, hints: {}, ours: 5, zone: undefined })];
    const usable = usableEndpoints(endpoints);
    expect(usable).toEqual({ endpoints, attributes: [], duplicates: [] });
    expect(usable.endpoints).toBe(endpoints);
  });

  test.each<[string, unknown, string]>([
    ['weight', 0, '0 (expected: a positive integer)'],
    ['weight', NaN, 'NaN (expected: a positive integer)'],
    ['weight', -1, '-1 (expected: a positive integer)'],
    ['weight', 1.5, '1.5 (expected: a positive integer)'],
    ['weight', '2', '"2" (expected: a positive integer)'],
    ['priority', -1, '-1 (expected: an integer, at least 0)'],
    ['priority', 0.5, '0.5 (expected: an integer, at least 0)'],
    ['hints', null, 'null (expected: lists of names: zones, nodes)'],
    ['hints', { zones: 'a' }, '{"zones":"a"} (expected: lists of names: zones, nodes)'],
    ['hints', { nodes: [5] }, '{"nodes":[5]} (expected: lists of names: zones, nodes)'],
    ['zone', 7, '7 (expected: a string)'],
    ['hashKey', {}, '{} (expected: a string)'],
    ['terminating', 'no', '"no" (expected: true or false)'],
  ])('the endpoint stays without its %s when that is %j', (name, value, note) => {
    const given = [at(1), at(2, { pod: 'p', [name]: value, ours: 5 })];
    const { attributes, duplicates, endpoints } = usableEndpoints(given);
    expect(endpoints).toEqual([at(1), at(2, { pod: 'p', ours: 5 })]);
    expect([attributes, duplicates]).toEqual([[`10.0.0.2:1: ${name}: ${note}`], []]);
    expect(given[1]!.attributes).toHaveProperty(name);
  });

  test('of endpoints with the same first address the first stays, whatever their ids', () => {
    const a = { ...at(1), id: 'a' };
    const b = { ...at(1), id: 'b', addresses: [at(1).addresses[0], at(9).addresses[0]] } as const;
    const c = { ...at(3), id: 'c', addresses: [at(3).addresses[0], at(1).addresses[0]] } as const;
    const { attributes, duplicates, endpoints } = usableEndpoints([a, b, c]);
    expect([endpoints, attributes]).toEqual([[a, c], []]);
    expect(duplicates).toEqual(['b has the address of a, 10.0.0.1:1']);
  });

  test('an id that comes twice is left as it is', () => {
    const endpoints = [at(1), at(1)];
    expect(usableEndpoints(endpoints).endpoints).toBe(endpoints);
  });
});
