import { expect, test } from '@jest/globals';
import { pod, VirtualPool } from '../test/support/virtual-pool.js';

function warningsOf(virtual: VirtualPool): string[] {
  const codes: string[] = [];
  virtual.pool.on('warning', ({ code }) => codes.push(code));
  return codes;
}

test('a resolver that goes on answering nothing is warned of once, and again when it does so anew', () => {
  const virtual = VirtualPool.ready(1);
  const codes = warningsOf(virtual);
  for (let answer = 0; answer < 3; answer += 1) virtual.resolver.push([]);
  virtual.resolver.fail(new Error('SERVFAIL'));
  virtual.resolver.push([]);
  expect(codes).toEqual(['resolver-empty']);
  virtual.resolver.push([pod(1)]);
  virtual.resolver.push([]);
  expect(codes).toEqual(['resolver-empty', 'resolver-empty']);
});

test('a resolver that sends a service config with each answer is warned of once, until it sends none', () => {
  const virtual = VirtualPool.ready(1);
  const codes = warningsOf(virtual);
  const answer = { endpoints: [pod(1)], serviceConfig: {}, attributes: {} };
  virtual.resolver.push(answer);
  virtual.resolver.push({ ...answer, serviceConfig: { methodConfig: [] } });
  expect(codes).toEqual(['service-config-ignored']);
  virtual.resolver.push([pod(1)]);
  virtual.resolver.push(answer);
  expect(codes).toEqual(['service-config-ignored', 'service-config-ignored']);
});

test('what lasted before anybody listened is told to the first who does', () => {
  const virtual = VirtualPool.ready(1);
  virtual.resolver.push([]);
  const codes = warningsOf(virtual);
  virtual.resolver.push([]);
  expect(codes).toEqual(['resolver-empty']);
});
