import type { Resolver, ResolverListener } from '@fairlead/core';
import { ApiBackoff } from '../watch/api-backoff.js';
import { Pause } from '../watch/pause.js';
import { leaseCluster, type ClusterLease } from './cluster-registry.js';
import type { ClusterOptions, ServicePort, Subscription } from './cluster.js';

/** A cluster whose configuration was not there is looked for again no sooner than this when somebody asks. */
const SOONEST_MS = 5_000;

/** What a {@link SliceResolver} is made from. */
export interface SliceResolverOptions extends ClusterOptions {
  /** The same for those that mean the same cluster. */
  readonly clusterKey: () => string;
  readonly whom: ServicePort;
}

/** The pods of one Service at one port: a share in a watch. */
export class SliceResolver implements Resolver {
  readonly #options: SliceResolverOptions;
  readonly #pause: Pause;
  readonly #closed = new AbortController();
  #lease: ClusterLease | undefined;
  #subscription: Subscription | undefined;
  #lookedAt = -Infinity;

  constructor(options: SliceResolverOptions) {
    this.#options = options;
    this.#pause = new Pause(options.clock);
  }

  start(listener: ResolverListener): void {
    this.#lease = leaseCluster(this.#options.clusterKey(), this.#options);
    void this.#subscribe(this.#lease, listener);
  }

  refresh(doubted?: boolean): void {
    if (this.#subscription !== undefined) this.#subscription.refresh(doubted);
    else this.#pause.hurry(Math.max(this.#options.clock.now(), this.#lookedAt + SOONEST_MS));
  }

  close(): void {
    this.#closed.abort();
    this.#subscription?.close();
    this.#lease?.release();
    this.#subscription = undefined;
    this.#lease = undefined;
  }

  async #subscribe({ cluster }: ClusterLease, listener: ResolverListener): Promise<void> {
    const { clock, random, whom } = this.#options;
    const { signal } = this.#closed;
    const backoff = new ApiBackoff(clock, random);
    // A file that is not there may come: a volume that is mounted late, a kubeconfig that is being written.
    while (!signal.aborted) {
      this.#lookedAt = clock.now();
      try {
        const open = await cluster.open();
        if (!signal.aborted) this.#subscription = open.subscribe(whom, listener);
        return;
      } catch (error) {
        if (signal.aborted) return;
        listener.onError(error as Error, this.#lookedAt);
        await this.#pause.wait(backoff.pause(error).delayMs, false, signal);
      }
    }
  }
}
