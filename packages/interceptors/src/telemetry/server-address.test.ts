import { expect, test } from '@jest/globals';
import { serverAddressOf } from './server-address.js';

// The examples of the semantic conventions for gRPC, and the forms of grpc/grpc doc/naming.md.
const EXAMPLES: readonly (readonly [target: string, address: string, port?: number])[] = [
  ['dns://1.2.3.4/grpc.io:50051', 'grpc.io', 50051],
  ['dns:///greeter.prod:50051', 'greeter.prod', 50051],
  ['dns:greeter:50051', 'greeter', 50051],
  ['dns:///greeter.prod', 'greeter.prod', 443],
  ['dns:///[fd00::1]:50051', 'fd00::1', 50051],
  ['greeter.prod:50051', 'greeter.prod', 50051],
  ['localhost:50051', 'localhost', 50051],
  ['[::1]:50051', '::1', 50051],
  ['greeter', 'greeter', 443],
  ['ipv4:10.0.0.1:50051', '10.0.0.1', 50051],
  ['ipv4:198.51.100.123:50051,198.51.100.124:50051', 'ipv4:198.51.100.123:50051,198.51.100.124:50051'],
  ['ipv6:[fd00::1]:1,[fd00::2]:1', 'ipv6:[fd00::1]:1,[fd00::2]:1'],
  ['unix:///run/containerd/containerd.sock', '/run/containerd/containerd.sock'],
  ['unix:/run/x.sock', '/run/x.sock'],
  ['unix:x.sock', 'x.sock'],
  ['unix://authority/x.sock', 'unix://authority/x.sock'],
  ['zk://zookeeper/my-service', 'zk://zookeeper/my-service'],
  ['kubernetes:///greeter.prod:grpc', 'kubernetes:///greeter.prod:grpc'],
  ['dns:///greeter:grpc', 'dns:///greeter:grpc'],
  ['a b', 'a b'],
];

test.each(EXAMPLES.map(([target, address, port]) => [target, { address, port }] as const))('%s', (target, server) => {
  expect(serverAddressOf(target)).toEqual(server);
});
