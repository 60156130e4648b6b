import { expect, test } from '@jest/globals';
import { pod, slice } from '../../test/support/slices.js';
import { choosePort, portProblem } from './choose-port.js';
import type { EndpointSlice } from './endpoint-slice.js';
import { parseSlice } from './parse-slice.js';

const ports = [
  { name: 'http', port: 8_080 },
  { name: 'grpc', port: 50_051 },
];
const a = (pods: readonly unknown[], given: unknown = ports): EndpointSlice =>
  parseSlice(slice('a', pods, { ports: given })) as EndpointSlice;

test.each([
  [undefined, 8_080],
  ['grpc', 50_051],
  [50_051, 50_051],
  ['50051', undefined],
  ['metrics', undefined],
  [9_090, undefined],
])('the choice %j is the port %j', (choice, port) => {
  expect(choosePort(ports, choice)).toBe(port);
});

test('a port that no pod has is a problem that tells which ports there are', () => {
  expect(portProblem([a([pod(1)])], 'grcp')).toBe(
    'its pods have no port named "grcp" (they have: http (8080), grpc (50051))',
  );
  expect(portProblem([a([pod(1)], [{ port: 80 }])], 443)).toBe('its pods have no port 443 (they have: 80)');
  expect(portProblem([a([pod(1)], null)], undefined)).toBe('its pods have no TCP port with a number (they have: none)');
});

test('none is missing when one slice has it, nor when there are no pods at all', () => {
  expect(portProblem([a([pod(1)]), a([pod(2)], [{ name: 'other', port: 1 }])], 'grpc')).toBeUndefined();
  expect(portProblem([], 'grpc')).toBeUndefined();
  expect(portProblem([a([], null)], 'grpc')).toBeUndefined();
});
