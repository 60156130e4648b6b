import { SchemeRegistry, type ResolverContext, type ResolverFactory } from '@fairlead/core';
import type { ResolvedPoolOptions } from '../options.js';
import { dnsResolverFactory } from './dns/dns-resolver-factory.js';
import { fileResolverFactory } from './file/file-resolver-factory.js';
import { ipResolverFactory } from './ip-resolver.js';
import { passthroughResolverFactory } from './passthrough-resolver.js';
import { unixResolverFactory } from './unix-resolver.js';
import { xdsResolverFactory } from './xds/xds-resolver-factory.js';

/** The schemes that a pool serves by itself. */
export const builtInResolvers: readonly ResolverFactory[] = [
  dnsResolverFactory,
  fileResolverFactory,
  ipResolverFactory,
  passthroughResolverFactory,
  unixResolverFactory,
  xdsResolverFactory,
];

/** The schemes of one pool: the built-in ones, and the user's own over them. */
export function builtInSchemes(options: {
  readonly resolvers: readonly ResolverFactory[];
  readonly defaultScheme: string;
}): SchemeRegistry {
  const { defaultScheme, resolvers } = options;
  return new SchemeRegistry([...builtInResolvers, ...resolvers], { defaultScheme });
}

/** What the resolvers of one pool are made from. */
export function resolverContext(options: ResolvedPoolOptions): ResolverContext {
  const { clock, random } = options;
  return { clock, random, options, schemes: builtInSchemes(options) };
}
