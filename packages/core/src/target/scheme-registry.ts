import { InvalidOptionError } from '../errors/invalid-option-error.js';
import type { ResolverFactory } from '../resolver/resolver.js';

const SCHEME = /^[a-z][a-z0-9+.-]*$/;

/** How a registry starts. */
export interface SchemeRegistryOptions {
  /** The scheme of targets that name none. Default `dns`, as in every gRPC library since the naming revision. */
  readonly defaultScheme?: string;
}

/**
 * Which resolver serves which target scheme. One per application or one per channel: there is no global registry, so
 * two libraries in one process cannot change each other's targets.
 */
export class SchemeRegistry {
  readonly #factories = new Map<string, ResolverFactory>();
  #defaultScheme: string;

  /** @throws InvalidOptionError when a factory has no scheme or an impossible one. */
  constructor(factories: readonly ResolverFactory[], options: SchemeRegistryOptions = {}) {
    for (const factory of factories) this.register(factory);
    this.#defaultScheme = checkScheme(options.defaultScheme ?? 'dns', 'defaultScheme');
  }

  /** Adds a factory for all its schemes. A scheme that is served already gets the new factory. */
  register(factory: ResolverFactory): void {
    if (factory.schemes.length === 0) throw new InvalidOptionError('schemes', factory.schemes, 'at least one scheme');
    for (const scheme of factory.schemes) checkScheme(scheme, 'schemes');
    for (const scheme of factory.schemes) this.#factories.set(scheme, factory);
  }

  /** The factory that serves a scheme, in any case. */
  get(scheme: string): ResolverFactory | undefined {
    return this.#factories.get(scheme.toLowerCase());
  }

  /** A registry like this one, in which `other` serves what `factory` serves here. */
  replaced(factory: ResolverFactory, other: ResolverFactory): SchemeRegistry {
    const registry = new SchemeRegistry([], { defaultScheme: this.#defaultScheme });
    for (const [scheme, each] of this.#factories) registry.#factories.set(scheme, each === factory ? other : each);
    return registry;
  }

  /** The scheme of targets that name none, or one that nobody serves. */
  get defaultScheme(): string {
    return this.#defaultScheme;
  }

  /** Changes the default for targets that are parsed later. It may be registered later, too. */
  setDefaultScheme(scheme: string): void {
    this.#defaultScheme = checkScheme(scheme, 'defaultScheme');
  }
}

function checkScheme(scheme: unknown, name: string): string {
  if (typeof scheme === 'string' && SCHEME.test(scheme)) return scheme;
  throw new InvalidOptionError(name, scheme, 'a lower-case URI scheme');
}
