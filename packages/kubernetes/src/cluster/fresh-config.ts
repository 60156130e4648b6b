import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@fairlead/core';
import type { ClusterConfig } from './cluster-config.js';
import { KEEP_MS } from './fresh-file.js';

/**
 * Where the API server is and who we are to it, as the kubeconfig says now: `kind create cluster` and log-in tools write it
 * anew while processes use it. In a pod, whose configuration is its environment, it never changes.
 */
export class FreshConfig {
  readonly #relocate: (() => Promise<ClusterConfig>) | undefined;
  readonly #clock: Clock;
  #config: ClusterConfig;
  #readAt: number;

  /** @param relocate reads it again; undefined when it cannot change. */
  constructor(first: ClusterConfig, clock: Clock, relocate?: () => Promise<ClusterConfig>) {
    this.#config = first;
    this.#clock = clock;
    this.#relocate = relocate;
    this.#readAt = clock.now();
  }

  /**
   * Read again when it may have changed, and the same object as before when it has not. One that is gone or wrong for a moment,
   * because somebody is writing it, is as it was.
   */
  async config(): Promise<ClusterConfig> {
    if (this.#relocate === undefined || this.#clock.now() - this.#readAt < KEEP_MS) return this.#config;
    this.#readAt = this.#clock.now();
    const now = await this.#relocate().catch(() => this.#config);
    if (!isDeepStrictEqual(now, this.#config)) this.#config = now;
    return this.#config;
  }

  /** The next one who asks has it read again. */
  expire(): void {
    this.#readAt = -Infinity;
  }
}
