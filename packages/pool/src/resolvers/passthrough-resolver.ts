import {
  encodeAuthority,
  endpointAt,
  InvalidTargetError,
  parseHostPort,
  type Address,
  type ResolverFactory,
} from '@fairlead/core';
import { FixedResolver } from './fixed-resolver.js';

/**
 * `passthrough:///host:port`: one server, which is connected under the name as it was given (gRPC naming). The name is looked
 * up by grpc-js each time a connection is made, never in between, and whatever it has of addresses is one pod: nothing is
 * balanced. For what a name consists of there is `dns:`.
 *
 * The port must be given. `passthrough:///unix:///run/x.sock` is a socket, as in grpc-go.
 */
export const passthroughResolverFactory: ResolverFactory = {
  schemes: ['passthrough'],
  create({ authority, endpoint, uri }, { clock }) {
    if (authority !== '') throw new InvalidTargetError(uri, 'passthrough targets have no authority');
    const endpoints = [endpointAt(addressOf(endpoint, uri))];
    return new FixedResolver({ endpoints, attributes: { source: 'passthrough' } }, clock);
  },
  authority({ endpoint }) {
    if (endpoint.startsWith('unix:')) return 'localhost';
    return encodeAuthority(endpoint.startsWith(':') ? `localhost${endpoint}` : endpoint);
  },
};

function addressOf(endpoint: string, uri: string): Address {
  if (endpoint.startsWith('unix:')) {
    const path = endpoint.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '' || path.startsWith('//')) throw new InvalidTargetError(uri, 'no path of a socket after unix:');
    return { kind: 'unix', path };
  }
  const { host, port, ip } = parseHostPort(endpoint);
  if (!endpoint.endsWith(`:${port}`)) throw new InvalidTargetError(uri, 'the port is missing (expected: host:port)');
  if (ip !== 0) return { kind: 'tcp', host, port };
  return { kind: 'target', target: `dns:///${host}:${port}` };
}
