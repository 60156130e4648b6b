import { expect, test } from '@jest/globals';
import { serverAddressOf } from './server-address.js';

test.each([
  ['dns:///greeter.prod:50051', 'greeter.prod', 50051],
  ['dns://1.2.3.4/grpc.io:50051', 'grpc.io', 50051],
  ['dns:grpc.io:443', 'grpc.io', 443],
  ['dns:///greeter.prod', 'greeter.prod', undefined],
  ['dns:///[2001:db8::1]:443', '2001:db8::1', 443],
  ['ipv4:10.0.0.1:80', '10.0.0.1', 80],
  ['ipv4:10.0.0.1:80,10.0.0.2:80', 'ipv4:10.0.0.1:80,10.0.0.2:80', undefined],
  ['unix:///run/greeter.sock', '/run/greeter.sock', undefined],
  ['unix:greeter.sock', 'greeter.sock', undefined],
  ['kubernetes:///greeter.prod:grpc', 'kubernetes:///greeter.prod:grpc', undefined],
])('%s', (target, address, port) => {
  expect(serverAddressOf(target)).toEqual({ 'server.address': address, ...(port && { 'server.port': port }) });
});
