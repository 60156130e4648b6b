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
 * What the sources of a resolver are made from: a target of its own scheme means whom it stands before, not itself again, also
 * for sources that consist of others.
 */
export function sourceContext(
  context: ResolverContext,
  { self, first }: { readonly self: ResolverFactory; readonly first: ResolverFactory },
): ResolverContext {
  const { schemes } = context;
  return schemes === undefined ? context : { ...context, schemes: schemes.replaced(self, first) };
}

/**
 * Binds a source to the target of a channel.
 * @param context of sources.
 * @throws InvalidTargetError
 */
export function bindSource(source: ResolverSource, target: Target, context: ResolverContext): BoundSource {
  if (typeof source !== 'string') {
    return { name: target.uri, factory: source, create: () => source.create(target, context) };
  }
  if (context.schemes === undefined) {
    throw new InvalidTargetError(source, 'nobody here knows who resolves it (expected: a resolver factory)');
  }
  const { target: own, factory } = parseTarget(source, context.schemes);
  return { name: own.uri, factory, create: () => factory.create(own, context) };
}
