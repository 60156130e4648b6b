import { expect, test } from '@jest/globals';
import { pod, pod6, slice } from '../../test/support/slices.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { parseSlice } from './parse-slice.js';

const parsed = (value: unknown): EndpointSlice => {
  const result = parseSlice(value);
  if (typeof result === 'string') throw new Error(result);
  return result;
};

test('keeps what matters of an endpoint', () => {
  const endpoint = pod(1, {
    nodeName: 'node-a',
    zone: 'zone-a',
    hostname: 'ignored',
    hints: { forZones: [{ name: 'zone-a' }, { name: 'zone-b' }], forNodes: [{ name: 'node-a' }] },
  });
  expect(parsed(slice('a', [endpoint])).pods).toEqual([
    {
      uid: 'uid-1',
      host: '10.0.0.1',
      family: 4,
      ready: true,
      serving: true,
      terminating: false,
      pod: 'pod-1',
      node: 'node-a',
      zone: 'zone-a',
      hints: { zones: ['zone-a', 'zone-b'], nodes: ['node-a'] },
    },
  ]);
});

test.each([
  [undefined, [true, true, false]],
  [null, [true, true, false]],
  [{}, [true, true, false]],
  [{ ready: null, serving: null, terminating: null }, [true, true, false]],
  [{ ready: false }, [false, false, false]],
  [{ ready: true, serving: false }, [true, false, false]],
  [{ ready: false, serving: true, terminating: true }, [false, true, true]],
  [{ terminating: true }, [true, true, true]],
  [{ ready: null, serving: false, terminating: true }, [true, false, true]],
  [{ ready: 'no', serving: 1, terminating: 'yes' }, [true, true, false]],
])('conditions %j mean ready, serving, terminating %j', (conditions, expected) => {
  const [found] = parsed(slice('a', [pod(1, { conditions })])).pods;
  expect([found?.ready, found?.serving, found?.terminating]).toEqual(expected);
});

test('an endpoint has the first of its addresses, and none that is not of the family of the slice', () => {
  const several = { addresses: ['10.0.0.1', '10.0.0.2'] };
  const pods = [several, pod6(2), { addresses: [] }, { addresses: null }, {}, null, 'x', { addresses: ['pod.name'] }];
  expect(parsed(slice('a', pods)).pods.map(({ host }) => host)).toEqual(['10.0.0.1']);
  expect(parsed(slice('a', pods, { addressType: 'IPv6' })).pods.map(({ host }) => host)).toEqual(['fd00::2']);
});

test.each(['FQDN', 'IPv9', undefined])('a slice of the address type %s has no pods', (addressType) => {
  const value = { ...slice('a', [pod(1), { addresses: ['greeter.example.com'] }]), addressType };
  expect(parsed(value)).toMatchObject({ name: 'a', pods: [] });
});

test.each([undefined, null, [], {}, 'x'])('a slice whose endpoints are %j has no pods', (endpoints) => {
  expect(parsed(slice('a', endpoints)).pods).toEqual([]);
});

test.each([undefined, null, [], {}, 'x'])('a slice whose ports are %j has no ports', (ports) => {
  expect(parsed({ ...slice('a', []), ports }).ports).toEqual([]);
});

test('ports are TCP ports with a number; the name may be empty', () => {
  const ports = [
    { name: 'grpc', port: 1 },
    { name: '', port: 2, protocol: 'TCP' },
    { port: 3 },
    { name: null, port: 4, protocol: null },
    { name: 'udp', port: 5, protocol: 'UDP' },
    { name: 'all', port: null },
    { name: 'text', port: '6' },
    { name: 'far', port: 65_536 },
    { name: 'half', port: 1.5 },
    null,
  ];
  expect(parsed(slice('a', [], { ports })).ports).toEqual([
    { name: 'grpc', port: 1 },
    { name: '', port: 2 },
    { name: '', port: 3 },
    { name: '', port: 4 },
  ]);
});

test.each([
  [null, 'an EndpointSlice without a name'],
  ['x', 'an EndpointSlice without a name'],
  [{ kind: 'EndpointSlice', metadata: null }, 'an EndpointSlice without a name'],
  [{ kind: 'Pod', metadata: { name: 'a' } }, 'an object of kind "Pod" instead of an EndpointSlice'],
])('%j is no slice', (value, problem) => {
  expect(parseSlice(value)).toBe(problem);
});

test('the items of a list have no kind', () => {
  expect(parsed({ ...slice('a', [pod(1)]), kind: undefined }).pods).toHaveLength(1);
});

test('what the slice belongs to need not be a pod, and need not have a uid', () => {
  const external = { addresses: ['10.0.0.9'], targetRef: { kind: 'Node', name: 'node-1' } };
  const [found] = parsed(slice('a', [external])).pods;
  expect(found).toMatchObject({ uid: undefined, host: '10.0.0.9' });
  expect(found).not.toHaveProperty('pod');
});
