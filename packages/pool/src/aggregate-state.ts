import { connectivityState } from '@grpc/grpc-js';
import type { Clock } from '@fairlead/core';
import { ConnectivityWatch } from './connectivity-watch.js';
import type { PoolEmitter } from './events.js';

/** The connectivity of a pool as a whole, and those who want to know when it changes. */
export class AggregateState {
  readonly #events: PoolEmitter;
  readonly #watch: ConnectivityWatch;
  #current = connectivityState.IDLE;

  constructor(clock: Clock, events: PoolEmitter) {
    this.#events = events;
    this.#watch = new ConnectivityWatch(clock);
  }

  get current(): connectivityState {
    return this.#current;
  }

  set(state: connectivityState): void {
    const previous = this.#current;
    if (previous === state) return;
    this.#current = state;
    this.#watch.changed(state);
    if (!this.#events.listens('state')) return;
    this.#events.tell('state', { from: connectivityState[previous], to: connectivityState[state] });
  }

  /** As `watchConnectivityState` of a channel. */
  watch(from: connectivityState, deadline: Date | number, callback: (error?: Error) => void): void {
    this.#watch.add(from, this.#current, deadline, callback);
  }
}
