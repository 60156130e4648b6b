import { describe, expect, test } from '@jest/globals';
import { formatAddress } from '@fairlead/core';
import { NOT_READY, pod, pod6, slice, STOPPED, TERMINATING, type SliceFields } from '../../test/support/slices.js';
import type { PortChoice } from './choose-port.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { EndpointTable } from './endpoint-table.js';
import { parseSlice } from './parse-slice.js';

const a = (name: string, pods: unknown, fields?: SliceFields): EndpointSlice =>
  parseSlice(slice(name, pods, fields)) as EndpointSlice;

/** `id: addresses`, as one report of a fresh table has them. */
function report(slices: readonly EndpointSlice[], ...[port]: [PortChoice?]): readonly string[] {
  const { endpoints } = new EndpointTable(port).update(slices);
  return endpoints.map(({ id, addresses }) => `${id}: ${addresses.map(formatAddress).join(' ')}`);
}

describe('who is called', () => {
  // Kubernetes pkg/proxy/topology_test.go, the cases of terminating endpoints (KEP-1669).
  test('those that are ready, and nobody else while there is one', () => {
    const pods = [pod(1), pod(2, NOT_READY), pod(3, TERMINATING), pod(4, STOPPED)];
    expect(report([a('a', pods)])).toEqual(['uid-1: 10.0.0.1:50051']);
  });

  test('those that still serve while they terminate, when nobody is ready', () => {
    const pods = [pod(2, NOT_READY), pod(3, TERMINATING), pod(4, STOPPED)];
    const { endpoints } = new EndpointTable('grpc').update([a('a', pods)]);
    expect(endpoints).toMatchObject([{ id: 'uid-3', attributes: { ready: false, terminating: true } }]);
  });

  test('nobody, when nobody is ready and nobody serves while terminating', () => {
    const onlyServing = pod(5, { conditions: { ready: false, serving: true, terminating: false } });
    expect(report([a('a', [pod(2, NOT_READY), pod(4, STOPPED), onlyServing])])).toEqual([]);
    expect(report([a('a', [])])).toEqual([]);
    expect(report([])).toEqual([]);
  });

  test('with publishNotReadyAddresses, all: they are told as ready', () => {
    const published = pod(1, { conditions: { ready: true, serving: false, terminating: true } });
    expect(report([a('a', [published])])).toEqual(['uid-1: 10.0.0.1:50051']);
  });
});

describe('several slices', () => {
  test('are one set, whatever the order in which they came', () => {
    const [x, y] = [a('x', [pod(1), pod(2)]), a('y', [pod(3)])];
    expect(report([x, y])).toEqual(['uid-1: 10.0.0.1:50051', 'uid-2: 10.0.0.2:50051', 'uid-3: 10.0.0.3:50051']);
    expect(report([y, x])).toEqual(report([x, y]));
  });

  test.each([
    ['the first', [pod(1)], [pod(1, NOT_READY)]],
    ['the second', [pod(1, NOT_READY)], [pod(1)]],
  ])('a pod that is in two is one, and the readier copy counts: %s', (_, x, y) => {
    expect(report([a('x', x), a('y', y)])).toEqual(['uid-1: 10.0.0.1:50051']);
  });

  test('IPv4 and IPv6 slices of one pod are one endpoint with two addresses, IPv6 first', () => {
    const both = [a('four', [pod(1)]), a('six', [pod6(1)], { addressType: 'IPv6' })];
    expect(report(both)).toEqual(['uid-1: [fd00::1]:50051 10.0.0.1:50051']);
  });

  test('may have the port by different numbers, or not have it', () => {
    const x = a('x', [pod(1)], { ports: [{ name: 'grpc', port: 1 }] });
    const y = a('y', [pod(2)], { ports: [{ name: 'grpc', port: 2 }] });
    const z = a('z', [pod(3)], { ports: [{ name: 'http', port: 3 }] });
    expect(report([x, y, z], 'grpc')).toEqual(['uid-1: 10.0.0.1:1', 'uid-2: 10.0.0.2:2']);
    expect(report([x, y, z])).toEqual(['uid-1: 10.0.0.1:1', 'uid-2: 10.0.0.2:2', 'uid-3: 10.0.0.3:3']);
  });
});

describe('identity', () => {
  test('an address that another pod has taken over is another endpoint', () => {
    const successor = pod(1, { targetRef: { kind: 'Pod', name: 'pod-9', uid: 'uid-9' } });
    expect(report([a('a', [successor])])).toEqual(['uid-9: 10.0.0.1:50051']);
  });

  test('without a uid, the address is the identity', () => {
    expect(report([a('a', [{ addresses: ['10.0.0.1'] }])])).toEqual(['10.0.0.1:50051: 10.0.0.1:50051']);
  });

  test('what did not change is the same object, hints included', () => {
    const hints = { hints: { forZones: [{ name: 'zone-a' }] } };
    const table = new EndpointTable('grpc');
    const before = table.update([a('a', [pod(1, hints), pod(2)])]).endpoints;
    const { endpoints, changed } = table.update([a('a', [pod(1, hints), pod(2, TERMINATING), pod(3)])]);
    expect(changed).toBe(true);
    expect(endpoints.map(({ id }) => id)).toEqual(['uid-1', 'uid-3']);
    expect(endpoints[0]).toBe(before[0]);
    expect(before[0]?.attributes).toEqual({ pod: 'pod-1', hints: { zones: ['zone-a'] } });
  });

  test('a slice that comes again unchanged changes nothing', () => {
    const table = new EndpointTable('grpc');
    table.update([a('a', [pod(1)])]);
    expect(table.update([a('a', [pod(1)]), a('b', [pod(1)])]).changed).toBe(false);
    expect(table.update([a('b', [])]).changed).toBe(true);
  });
});
