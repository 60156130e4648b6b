import { expect, test } from '@jest/globals';
import { domainOf, isServiceName } from './service-name.js';

test.each([
  ['_grpc._tcp.greeter.prod', true],
  ['_grpc._tcp.greeter.prod.svc.cluster.local.', true],
  ['_http._udp.a', true],
  ['_grpc._tcp', false],
  ['_grpc._tcp.', false],
  ['_grpc.greeter.prod', false],
  ['grpc._tcp.greeter', false],
  ['_._tcp.greeter', false],
  ['greeter', false],
])('%s is the name of a service: %p', (host, expected) => {
  expect(isServiceName(host)).toBe(expected);
});

test('the domain is what follows', () => {
  expect(domainOf('_grpc._tcp.greeter.prod')).toBe('greeter.prod');
});
