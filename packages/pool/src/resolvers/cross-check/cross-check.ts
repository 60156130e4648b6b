import { authorityOf, type ResolverFactory } from '@fairlead/core';
import { bindSource, checkSource, sourceContext, type ResolverSource } from '../resolver-source.js';
import { resolveCrossCheckOptions, type CrossCheckOptions } from './cross-check-options.js';
import { CrossCheckResolver } from './cross-check-resolver.js';

/**
 * The pods are those of `watch`, and nothing else; beside it, something slow and independent is asked now and then. When both
 * have long said different things, the event `resolver-disagrees` tells so, and the watch is told to look anew at each further
 * look-up: a watch that hangs is otherwise silent, and silence looks like peace.
 *
 * Pods are compared by host; only those that are ready and have been for `settleMs` must be confirmed. Compare with what has
 * the addresses of pods: the DNS of a headless Service, not of one with a cluster IP.
 *
 * @param watch serves the target of the channel.
 * @param check a target, resolved by whom the pool knows for its scheme; or a factory, which is given the channel's target.
 * @throws InvalidOptionError. InvalidTargetError when the channel is made.
 *
 * @example
 * const resolvers = [crossCheck(kubernetesResolver(), 'dns:///greeter.prod:50051')];
 * const channel = createChannel('kubernetes:///greeter.prod:grpc', credentials, { resolvers });
 */
export function crossCheck(
  watch: ResolverFactory,
  check: ResolverSource,
  options: CrossCheckOptions = {},
): ResolverFactory {
  const resolved = resolveCrossCheckOptions(options);
  checkSource(watch, 'watch');
  checkSource(check, 'check');
  const factory: ResolverFactory = {
    schemes: watch.schemes,
    authority: (target) => authorityOf(target, watch),
    create(target, context) {
      const inner = sourceContext(context, { self: factory, first: watch });
      const source = bindSource(check, target, inner);
      // Made once now, so that a bad target fails now.
      source.create();
      return new CrossCheckResolver(watch.create(target, inner), source.create, resolved, context);
    },
  };
  return factory;
}
