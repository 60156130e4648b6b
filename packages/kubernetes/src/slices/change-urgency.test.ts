import { expect, test } from '@jest/globals';
import { NOT_READY, pod, slice, STOPPED, TERMINATING, type SliceFields } from '../../test/support/slices.js';
import { changeUrgency } from './change-urgency.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { parseSlice } from './parse-slice.js';

const a = (pods: unknown, fields?: SliceFields): EndpointSlice => parseSlice(slice('a', pods, fields)) as EndpointSlice;

test.each([
  ['a new slice', undefined, a([pod(1)]), 'addition'],
  ['a slice that is gone', a([pod(1)]), undefined, 'removal'],
  ['one more pod', a([pod(1)]), a([pod(1), pod(2)]), 'addition'],
  ['a pod that became ready', a([pod(1, NOT_READY), pod(2)]), a([pod(1), pod(2)]), 'addition'],
  ['a pod that is gone', a([pod(1), pod(2)]), a([pod(1)]), 'removal'],
  ['a pod that terminates', a([pod(1), pod(2)]), a([pod(1, TERMINATING), pod(2)]), 'removal'],
  ['a pod that is not ready any more', a([pod(1)]), a([pod(1, NOT_READY)]), 'removal'],
  ['the last one that served has stopped', a([pod(1, TERMINATING)]), a([pod(1, STOPPED)]), 'removal'],
  ['another pod with the address', a([pod(1)]), a([pod(1, { targetRef: { uid: 'x' } })]), 'removal'],
  ['another port', a([pod(1)]), a([pod(1)], { ports: [{ name: 'grpc', port: 1 }] }), 'removal'],
  ['a new version of the same', a([pod(1)]), a([pod(1)], { version: '9' }), 'none'],
  ['the same without a ready pod', a([pod(1, NOT_READY)]), a([pod(1, NOT_READY)]), 'none'],
  ['only a hint', a([pod(1)]), a([pod(1, { zone: 'z' })]), 'addition'],
] as const)('%s', (_, before, after, urgency) => {
  expect(changeUrgency(before, after)).toBe(urgency);
});
