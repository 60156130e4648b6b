import {
  SchemeRegistry,
  type Endpoint,
  type EndpointAttributes,
  type Resolver,
  type ResolverFactory,
  type ResolverNews,
  type ResolverState,
  type Target,
} from '@fairlead/core';
import { ManualResolver, manualResolverFactory, SeededRandom, VirtualClock } from '@fairlead/testing';
import { fallback } from '../../src/resolvers/fallback/fallback.js';
import { pod } from './virtual-pool.js';

export const target: Target = { scheme: 'watch', authority: '', endpoint: 'greeter', uri: 'watch:///greeter' };

/** A fallback over two or three sources that a test drives, and everything that it told. */
export class Rig {
  readonly clock = new VirtualClock({ startMs: 1_000 });
  readonly watch = new ManualResolver();
  readonly dns = new ManualResolver();
  readonly states: ResolverState[] = [];
  readonly errors: string[] = [];
  readonly news: ResolverNews[] = [];
  readonly resolver: Resolver;

  constructor(make?: (watch: ResolverFactory) => ResolverFactory, minRefreshIntervalMs = 0) {
    const watch = manualResolverFactory('watch', this.watch);
    const made = make?.(watch) ?? fallback(watch, 'dns:///greeter');
    const schemes = new SchemeRegistry([manualResolverFactory('dns', this.dns), made]);
    const context = {
      clock: this.clock,
      random: new SeededRandom(1),
      options: { refreshIntervalMs: 5_000, minRefreshIntervalMs },
      schemes,
    };
    this.resolver = made.create(target, context);
  }

  start(): this {
    this.resolver.start({
      onState: (state) => void this.states.push(state),
      onError: (error) => void this.errors.push(error.message),
      onNews: (news) => void this.news.push(news),
    });
    return this;
  }

  get last(): ResolverState {
    return this.states.at(-1)!;
  }
}

export const ids = (state: ResolverState): string[] => state.endpoints.map(({ id }) => id);

export const known = (n: number, attributes: EndpointAttributes = {}): Endpoint => ({
  ...pod(n),
  id: `uid-${n}`,
  attributes,
});
