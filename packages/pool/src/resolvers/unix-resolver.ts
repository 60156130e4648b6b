import { endpointAt, InvalidTargetError, type ResolverFactory } from '@fairlead/core';
import { FixedResolver } from './fixed-resolver.js';

/** `unix:relative/path` and `unix:///absolute/path`: one server on a Unix domain socket (gRPC naming). */
export const unixResolverFactory: ResolverFactory = {
  schemes: ['unix'],
  create(target, { clock }) {
    if (target.authority !== '') throw new InvalidTargetError(target.uri, 'unix targets have no authority');
    if (target.endpoint === '') throw new InvalidTargetError(target.uri, 'the path is missing');
    // parseTarget removes one leading slash, which here belongs to the path.
    const path = target.uri.startsWith('unix:///') ? `/${target.endpoint.replace(/^\//, '')}` : target.endpoint;
    const endpoints = [endpointAt({ kind: 'unix', path })];
    return new FixedResolver({ endpoints, attributes: { source: 'unix' } }, clock);
  },
  authority: () => 'localhost',
};
