import type { ResolverContext, ResolverFactory, Target } from '@fairlead/core';
import { ManualResolver } from './manual-resolver.js';

/** A factory that remembers what it made. */
export interface ManualResolverFactory extends ResolverFactory {
  /** The resolvers handed out so far, oldest first. */
  readonly created: readonly ManualResolver[];
  /** The targets they were made for, in the same order. */
  readonly targets: readonly Target[];
}

/**
 * Serves one scheme with manual resolvers, so that a test reaches a pool by a target string.
 *
 * @param scheme lower-case URI scheme, e.g. `test`.
 * @param resolver handed out by every `create`. Default: a new one each time.
 *
 * @example
 * ```ts
 * const resolver = new ManualResolver();
 * const registry = new SchemeRegistry([manualResolverFactory('test', resolver)]);
 * // … a pool for 'test:///any' now gets its endpoints from resolver.push(…)
 * ```
 */
export function manualResolverFactory(scheme: string, resolver?: ManualResolver): ManualResolverFactory {
  const created: ManualResolver[] = [];
  const targets: Target[] = [];
  return {
    schemes: [scheme],
    created,
    targets,
    create(target: Target, context: ResolverContext): ManualResolver {
      const made = resolver ?? new ManualResolver();
      made.useClock(context.clock);
      created.push(made);
      targets.push(target);
      return made;
    },
  };
}
