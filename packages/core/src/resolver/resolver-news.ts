/** What a resolver may tell beside its answers. */
export type ResolverNews = SourceChange | SourceDisagreement | ResolverWarning;

/** A resolver that has several sources uses another one from now on. */
export interface SourceChange {
  readonly kind: 'source';
  /** Undefined: the first one. */
  readonly from: string | undefined;
  readonly to: string;
  /** One that is less trusted than the one before, or than the first. */
  readonly worse: boolean;
  /** Why the better ones are not used, in words; undefined when the best one is. */
  readonly cause: string | undefined;
}

/** Two sources that should know the same pods have long said different things, or agree again. */
export interface SourceDisagreement {
  readonly kind: 'disagreement';
  readonly active: boolean;
  /** Hosts that the source in use has, and the one it is compared with has not. */
  readonly unconfirmed: readonly string[];
  /** Hosts that the source in use does not have, and the one it is compared with has. */
  readonly missed: readonly string[];
}

/** Something that deserves attention and stops nothing: a `warning` of the pool, with a code of the resolver's own. */
export interface ResolverWarning {
  readonly kind: 'warning';
  /** Stable. */
  readonly code: string;
  readonly message: string;
}
