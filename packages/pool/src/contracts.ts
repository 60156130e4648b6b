import {
  InvalidOptionError,
  InvalidTargetError,
  type BalancingPolicy,
  type Resolver,
  type ResolverContext,
  type ResolverFactory,
  type Target,
} from '@fairlead/core';

// What users make for a pool is checked to be what its contract asks for: at construction, not at the first call.

/** @throws InvalidTargetError that names the whole target; InvalidOptionError when the factory makes something else. */
export function createResolver(factory: ResolverFactory, target: Target, context: ResolverContext): Resolver {
  try {
    const resolver = factory.create(target, context);
    requireMethods(`resolver of ${target.scheme}:`, resolver, ['start', 'refresh', 'close']);
    return resolver;
  } catch (error) {
    // The part that is wrong is in the reason; what the user wrote is the target.
    if (!(error instanceof InvalidTargetError) || error.target === target.uri) throw error;
    throw new InvalidTargetError(target.uri, error.reason, { cause: error });
  }
}

/** @throws InvalidOptionError when it is no balancing policy. */
export function createPolicy(balancing: () => BalancingPolicy): BalancingPolicy {
  const policy = balancing();
  requireMethods('balancing()', policy, ['createLoad', 'update']);
  return policy;
}

function requireMethods(name: string, value: object, methods: readonly string[]): void {
  const candidate = value as Record<string, unknown> | undefined | null;
  if (methods.every((method) => typeof candidate?.[method] === 'function')) return;
  throw new InvalidOptionError(name, value, `an object with ${methods.map((method) => `${method}()`).join(', ')}`);
}
