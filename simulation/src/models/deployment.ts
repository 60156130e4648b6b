import { endpointAt, type Endpoint } from '@fairlead/core';
import { planRollout } from '@fairlead/testing';
import type { Engine } from '../engine/engine.js';
import { DEPLOYMENT_DEFAULTS, type DeploymentOptions } from './deployment-options.js';
import type { EndpointFeed } from './endpoint-feed.js';
import { Pod } from './pod.js';

interface Replica {
  readonly pod: Pod;
  readonly revision: number;
  state: 'starting' | 'ready' | 'terminating';
}

/** The controller of one Deployment: it takes the steps that the one of Kubernetes takes, and publishes who is ready. */
export class Deployment {
  readonly #engine: Engine;
  readonly #feed: EndpointFeed;
  readonly #options: Required<DeploymentOptions>;
  readonly #pods: Pod[] = [];
  #replicas: Replica[] = [];
  #wanted: number;
  #revision = 0;

  /** Its first pods are ready at once. */
  constructor(engine: Engine, feed: EndpointFeed, options: DeploymentOptions) {
    this.#engine = engine;
    this.#feed = feed;
    this.#options = { ...DEPLOYMENT_DEFAULTS, ...options };
    this.#wanted = options.replicas;
    for (let made = 0; made < options.replicas; made++) this.#make('ready');
    this.#publish();
  }

  /** All pods that it ever made, in that order. */
  get pods(): readonly Pod[] {
    return this.#pods;
  }

  /** Replaces all pods by new ones, within `maxSurge` and `maxUnavailable`. */
  rollOut(): void {
    this.#revision++;
    this.#step();
  }

  /** More pods, or fewer. */
  scaleTo(replicas: number): void {
    this.#wanted = replicas;
    this.#step();
  }

  #step(): void {
    for (;;) {
      const { newest, old } = this.#plan();
      const missing = newest - this.#alive(this.#revision).length;
      const surplus = this.#surplus(newest, old);
      for (let made = 0; made < missing; made++) this.#make('starting');
      for (const replica of surplus) this.#terminate(replica);
      if (missing <= 0 && surplus.length === 0) return;
    }
  }

  #plan(): { readonly newest: number; readonly old: number } {
    const { maxSurge, maxUnavailable } = this.#options;
    const view = (replicas: readonly Replica[]): { desired: number; available: number } => ({
      desired: replicas.length,
      available: replicas.filter(({ state }) => state === 'ready').length,
    });
    const limits = { replicas: this.#wanted, maxSurge, maxUnavailable };
    const plan = planRollout(limits, view(this.#alive(this.#revision)), [view(this.#old())]);
    return { newest: plan.newest, old: plan.old[0]! };
  }

  #alive(revision: number): readonly Replica[] {
    return this.#replicas.filter((each) => each.state !== 'terminating' && each.revision === revision);
  }

  #old(): readonly Replica[] {
    return this.#replicas.filter((each) => each.state !== 'terminating' && each.revision !== this.#revision);
  }

  /** Pods that are not ready go first, then the newest, as ReplicaSets do. */
  #surplus(newest: number, old: number): readonly Replica[] {
    const unready = (each: Replica): number => (each.state === 'ready' ? 1 : 0);
    return [
      ...[...this.#alive(this.#revision)].sort((a, b) => unready(b) - unready(a)).slice(newest),
      ...[...this.#old()].sort((a, b) => unready(b) - unready(a)).slice(old),
    ];
  }

  #make(state: 'starting' | 'ready'): void {
    const index = this.#pods.length;
    const { server, attributes } = this.#options.template(index);
    const endpoint: Endpoint = {
      ...endpointAt(
        { kind: 'tcp', host: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, port: 50_051 },
        attributes,
      ),
      id: `pod-${index}`,
    };
    const pod = new Pod(this.#engine, endpoint, server);
    const replica: Replica = { pod, revision: this.#revision, state };
    this.#pods.push(pod);
    this.#replicas.push(replica);
    if (state === 'ready') return;
    this.#engine.after(this.#options.readinessDelayMs, () => this.#becameReady(replica));
  }

  #becameReady(replica: Replica): void {
    if (replica.state !== 'starting') return;
    replica.state = 'ready';
    this.#publish();
    this.#step();
  }

  #terminate(replica: Replica): void {
    const wasReady = replica.state === 'ready';
    replica.state = 'terminating';
    if (wasReady) this.#publish();
    const { preStopMs, graceMs } = this.#options;
    this.#engine.after(preStopMs, () => {
      if (graceMs === 0) replica.pod.crash();
      else replica.pod.shutDown(graceMs);
      this.#replicas = this.#replicas.filter((each) => each !== replica);
    });
  }

  #publish(): void {
    const ready = this.#replicas.filter(({ state }) => state === 'ready');
    this.#feed.publish(ready.map(({ pod }) => pod.endpoint));
  }
}
