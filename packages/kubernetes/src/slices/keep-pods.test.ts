import { expect, test } from '@jest/globals';
import { pod, slice, TERMINATING } from '../../test/support/slices.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { keepPods } from './keep-pods.js';
import { parseSlice } from './parse-slice.js';

const a = (...pods: readonly unknown[]): EndpointSlice => parseSlice(slice('a', pods)) as EndpointSlice;

test('what has not changed is the same object, wherever it stands, and the rest is as the new slice says', () => {
  const before = a(pod(1), pod(2, { zone: 'z', hints: { forZones: [{ name: 'z' }] } }), pod(3), pod(4));
  const fresh = a(pod(3), pod(1, TERMINATING), pod(2, { zone: 'z', hints: { forZones: [{ name: 'z' }] } }), pod(5));
  const kept = keepPods(before, fresh);
  expect(kept).toEqual(fresh);
  expect(kept.pods.map((each) => before.pods.indexOf(each))).toEqual([2, -1, 1, -1]);
});

test.each([
  ['uid', { targetRef: { kind: 'Pod', name: 'pod-1', uid: 'x' } }],
  ['name', { targetRef: { kind: 'Pod', name: 'x', uid: 'uid-1' } }],
  ['node', { nodeName: 'x' }],
  ['zone', { zone: 'x' }],
  ['zone hints', { hints: { forZones: [{ name: 'x' }] } }],
  ['node hints', { hints: { forNodes: [{ name: 'x' }] } }],
  ['readiness', { conditions: { ready: false, serving: true, terminating: false } }],
  ['serving', { conditions: { ready: true, serving: false, terminating: false } }],
  ['termination', { conditions: { ready: true, serving: true, terminating: true } }],
])('another %s is a change', (_, fields) => {
  const before = a(pod(1));
  expect(keepPods(before, a(pod(1, fields))).pods[0]).not.toBe(before.pods[0]);
});

test('a new slice is as it is', () => {
  const fresh = a(pod(1));
  expect(keepPods(undefined, fresh)).toBe(fresh);
});
