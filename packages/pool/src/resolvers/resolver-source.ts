import {
  InvalidOptionError,
  InvalidTargetError,
  parseTarget,
  type Resolver,
  type ResolverContext,
  type ResolverFactory,
  type Target,
} from '@fairlead/core';

/**
 * Where a resolver that consists of others gets its pods from: a target of its own, or who resolves the channel's target.
 * A target is resolved by whom the pool knows for its scheme.
 */
export type ResolverSource = string | ResolverFactory;

/** A source for one target of a channel. */
export interface BoundSource {
  /** For people: the target that is resolved. */
  readonly name: string;
  readonly factory: ResolverFactory;
  readonly create: () => Resolver;
}

/** @throws InvalidOptionError that names the source. */
export function checkSource(source: unknown, name: string): void {
  if (typeof source === 'string' && source !== '') return;
  const factory = source as Partial<ResolverFactory> | null | undefined;
  if (Array.isArray(factory?.schemes) && typeof factory.create === 'function') return;
  throw new InvalidOptionError(name, source, 'a target or a resolver factory');
}

/**
 * Binds a source to the target of a channel.
 * @param self who asks, and `first`, whom it stands before: a target of its own scheme means the latter, not itself again.
 * @throws InvalidTargetError
 */
export function bindSource(
  source: ResolverSource,
  target: Target,
  context: ResolverContext,
  { self, first }: { readonly self: ResolverFactory; readonly first: ResolverFactory },
): BoundSource {
  if (typeof source !== 'string') {
    return { name: target.uri, factory: source, create: () => source.create(target, context) };
  }
  if (context.schemes === undefined) {
    throw new InvalidTargetError(source, 'nobody here knows who resolves it (expected: a resolver factory)');
  }
  const { target: own, factory: found } = parseTarget(source, context.schemes);
  const factory = found === self ? first : found;
  return { name: own.uri, factory, create: () => factory.create(own, context) };
}
