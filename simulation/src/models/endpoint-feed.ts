import type { Endpoint, Random } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import { drawBetween } from './draw.js';

/** How long news of the endpoints is under way to a client, in ms: drawn anew for each client and each piece of news. */
export interface FeedLag {
  readonly minMs: number;
  readonly maxMs: number;
}

interface Subscriber {
  readonly random: Random;
  readonly lag: FeedLag;
  readonly learn: (endpoints: readonly Endpoint[]) => void;
  seen: number;
}

/**
 * What the clients are told of the target: the newest full list, to each client after a while of its own. Until then its
 * view is stale; news that a later one has overtaken is dropped.
 */
export class EndpointFeed {
  readonly #engine: Engine;
  readonly #subscribers: Subscriber[] = [];
  #endpoints: readonly Endpoint[] = [];
  #version = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** The client learns the present list at once, and each later one after its lag. */
  subscribe(name: string, lag: FeedLag, learn: Subscriber['learn']): void {
    this.#subscribers.push({ random: this.#engine.random.of(`feed/${name}`), lag, learn, seen: this.#version });
    learn(this.#endpoints);
  }

  publish(endpoints: readonly Endpoint[]): void {
    this.#endpoints = endpoints;
    const version = ++this.#version;
    for (const subscriber of this.#subscribers) {
      const { random, lag } = subscriber;
      this.#engine.after(drawBetween(random, lag.minMs, lag.maxMs), () => {
        if (subscriber.seen > version) return;
        subscriber.seen = version;
        subscriber.learn(endpoints);
      });
    }
  }
}
