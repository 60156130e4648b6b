import {
  authorityOf,
  InvalidOptionError,
  type ResolverContext,
  type ResolverFactory,
  type Target,
} from '@fairlead/core';
import { bindSource, checkSource, sourceContext, type ResolverSource } from '../resolver-source.js';
import { resolveFallbackOptions, type FallbackOptions } from './fallback-options.js';
import { FallbackResolver, type FallbackSource } from './fallback-resolver.js';
import { isLastKnownGood } from './last-known-good.js';

/**
 * A resolver made of several: the pods are those of the first source that answers, and of a better one again as soon as that one
 * has been well for a while.
 *
 * The channel's target is that of the first source, and so are its authority and its name in metrics. The others are targets
 * of their own, resolved by whom the pool knows for their scheme, or factories, which are given the channel's target.
 * Sources are asked one after the other: the second one costs nothing while the first one is well.
 *
 * A pod keeps its connection when the source changes: one that has the same address is the same pod, and what the better
 * source knew of it (zone, weight, name) stays known. A service config stays in force where the next source has none.
 *
 * Told by the events `resolver-fell-back` and `resolver-recovered`; `snapshot().resolver.attributes` has `resolvedBy`: the target of
 * the source, and its place (`(source 2)`) where it is a factory, because those have the target in common.
 *
 * @param first serves the target of the channel.
 * @param others the next ones, the best first, then options, if any.
 * @throws InvalidOptionError. InvalidTargetError when the channel is made.
 *
 * @example
 * const resolvers = [fallback(kubernetesResolver(), 'dns:///greeter.prod:50051', lastKnownGood('/var/cache/greeter.json'))];
 * const channel = createChannel('kubernetes:///greeter.prod:grpc', credentials, { resolvers });
 */
export function fallback(first: ResolverFactory, ...others: readonly ResolverSource[]): ResolverFactory;
export function fallback(
  first: ResolverFactory,
  ...others: readonly [...sources: readonly ResolverSource[], options: FallbackOptions]
): ResolverFactory;
export function fallback(
  first: ResolverFactory,
  ...others: readonly (ResolverSource | FallbackOptions)[]
): ResolverFactory {
  const last = others.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !('create' in last);
  const options = resolveFallbackOptions(hasOptions ? last : {});
  const sources = [first, ...(hasOptions ? others.slice(0, -1) : others)] as ResolverSource[];
  if (typeof first === 'string')
    throw new InvalidOptionError('sources[0]', first, 'a resolver factory, for the target of the channel');
  sources.forEach((source, index) => checkSource(source, `sources[${index}]`));
  if (sources.length < 2) throw new InvalidOptionError('sources', sources.length, 'at least two');
  const factory: ResolverFactory = {
    schemes: first.schemes,
    authority: (target) => authorityOf(target, first),
    create: (target, context) => new FallbackResolver(bound(target, context), options, context),
  };
  const bound = (target: Target, context: ResolverContext): readonly FallbackSource[] => {
    const inner = sourceContext(context, { self: factory, first });
    return sources.map((source, index) => {
      const { create, name: resolved } = bindSource(source, target, inner);
      // Factories have the target in common: one cluster, and another one.
      const name = index === 0 || typeof source === 'string' ? resolved : `${resolved} (source ${index + 1})`;
      // Made once now, so that a bad target fails now.
      create();
      if (!isLastKnownGood(source)) return { name, create };
      return {
        name: `last known good of ${resolved}`,
        create,
        recorder: (onNews) => source.recorder(target, context, onNews),
      };
    });
  };
  return factory;
}
