import { endpointAt, InvalidTargetError, type ResolverFactory } from '@fairlead/core';
import { FixedResolver } from '../fixed-resolver.js';
import { registerXds } from './xds-package.js';

/**
 * `xds:///greeter` and, with federation, `xds://authority/greeter`: what a control plane says of it. The target goes as it
 * stands to `@grpc/grpc-js-xds`, an optional peer that the application installs: discovery, routes, localities, balancing,
 * connections and their security are its business, with the bootstrap of `GRPC_XDS_BOOTSTRAP` or
 * `GRPC_XDS_BOOTSTRAP_CONFIG`. Whatever it consists of is one member here, with what a call needs on top.
 *
 * Making a channel throws an InvalidTargetError when the package is missing or has another copy of grpc-js.
 */
export const xdsResolverFactory: ResolverFactory = {
  schemes: ['xds'],
  create({ endpoint, uri }, { clock }) {
    if (endpoint === '') throw new InvalidTargetError(uri, 'the name is missing (expected: xds:///name)');
    registerXds(uri);
    const endpoints = [endpointAt({ kind: 'target', target: uri })];
    return new FixedResolver({ endpoints, attributes: { source: 'xds' } }, clock);
  },
};
