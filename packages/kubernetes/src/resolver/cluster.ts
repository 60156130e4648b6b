import type { Clock, Random, ResolverListener } from '@fairlead/core';
import { ApiClient } from '../api/api-client.js';
import { SliceApi } from '../api/slice-api.js';
import type { ClusterConfig } from '../cluster/cluster-config.js';
import { FreshConfig } from '../cluster/fresh-config.js';
import type { PortChoice } from '../slices/choose-port.js';
import type { ServerHabits } from '../watch/watch-stream.js';
import type { ViewDelays } from './endpoint-view.js';
import { ServiceWatch } from './service-watch.js';

/** What a {@link Cluster} is made from. */
export interface ClusterOptions extends ViewDelays {
  readonly clock: Clock;
  readonly random: Random;
  /** Finds the cluster that is meant, or the one of a context. */
  readonly locate: (context?: string) => Promise<ClusterConfig>;
}

/** Whom somebody listens to. */
export interface ServicePort {
  readonly service: string;
  readonly namespace: string | undefined;
  readonly port: PortChoice;
}

/** A share in a watch. */
export interface Subscription {
  refresh(doubted?: boolean): void;
  close(): void;
}

/** What all watches of one API server share: its connections, what is known of it, and the watches themselves. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #watches = new Map<string, ServiceWatch>();
  readonly #habits: ServerHabits = { streamsLists: true, sendsBookmarks: false };
  #opening: Promise<OpenCluster> | undefined;
  #client: ApiClient | undefined;
  #closed = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** Finds out where the API server is, once. After a failure the next one who asks looks again. */
  open(): Promise<OpenCluster> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#client?.close();
  }

  async #open(): Promise<OpenCluster> {
    const { locate, clock } = this.#options;
    const config = await locate();
    // By its name: `kubectl config use-context` must not send a running process to another cluster.
    const relocate = config.source === 'kubeconfig' ? () => locate(config.name) : undefined;
    const client = new ApiClient(new FreshConfig(config, clock, relocate), clock);
    this.#client = client;
    if (this.#closed) client.close();
    return { subscribe: (whom, listener) => this.#subscribe(client, config, whom, listener) };
  }

  #subscribe(client: ApiClient, config: ClusterConfig, whom: ServicePort, listener: ResolverListener): Subscription {
    const { service, namespace = config.namespace, port } = whom;
    const key = `${namespace}/${service}`;
    const watch = this.#watches.get(key) ?? this.#watch(client, namespace, service);
    this.#watches.set(key, watch);
    watch.add(port, listener);
    return {
      refresh: (doubted) => watch.refresh(doubted),
      close: () => {
        watch.remove(port, listener);
        if (watch.size > 0 || this.#watches.get(key) !== watch) return;
        watch.close();
        this.#watches.delete(key);
      },
    };
  }

  #watch(client: ApiClient, namespace: string, service: string): ServiceWatch {
    const api = new SliceApi(client, this.#options.clock, namespace, service);
    return new ServiceWatch({ ...this.#options, habits: this.#habits, api, namespace, service });
  }
}

/** A cluster whose API server is known. */
export interface OpenCluster {
  /** Has the listener told of the pods of a Service, from now on. */
  subscribe(whom: ServicePort, listener: ResolverListener): Subscription;
}
