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

test('endpoints with a weight that is none, or the address of another one, are no reason to lose an answer', () => {
  const virtual = VirtualPool.ready(1);
  const told: string[] = [];
  virtual.pool.on('warning', ({ code, message }) => told.push(`${code} ${message}`));
  const odd = [2, 3, 4, 5, 6].map((n) => ({ ...pod(n), attributes: { weight: n - 4.5 } }));
  const answer = [pod(1), ...odd, { ...pod(1), id: 'another' }];
  virtual.resolver.push(answer);
  virtual.resolver.push(answer);
  const ids = virtual.pool.snapshot().members.map(({ endpoint: { attributes, id } }) => [id, attributes]);
  expect(ids).toEqual([1, 2, 3, 4, 5, 6].map((n) => [pod(n).id, {}]));
  expect(told).toEqual([
    expect.stringMatching(
      /^resolver-attributes attributes of endpoints of test:\/\/\/pods are ignored: 10\.0\.0\.2:50051: weight: -2\.5 .*; 2 more$/,
    ),
    `resolver-duplicates endpoints of test:///pods are left out, because another one has their address: another has the address of ${pod(1).id}, ${pod(1).id}`,
  ]);
  virtual.resolver.push([pod(1)]);
  virtual.resolver.push(answer);
  expect(told).toHaveLength(4);
});

test('what lasted before anybody listened is told to the first who does', () => {
  const virtual = VirtualPool.ready(1);
  virtual.resolver.push([]);
  const codes = warningsOf(virtual);
  virtual.resolver.push([]);
  expect(codes).toEqual(['resolver-empty']);
});
