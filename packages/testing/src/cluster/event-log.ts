import type { Pod } from './pod.js';

/**
 * What can happen to a pod:
 * - `created`: its process was started. `restarted`: again, at the same address.
 * - `ready`, `unready`: the kubelet's view of its readiness changed.
 * - `published`, `removed`: from now on DNS and the cluster IP answer with its address, or do not any more.
 * - `terminating`: its deletion was requested. `signalled`: the signal of its shutdown mode was sent.
 * - `frozen`, `thawed`: it was stopped with SIGSTOP, or continued.
 * - `latency`: its artificial latency was changed.
 * - `exited`: its process is gone.
 */
export type ClusterEventKind =
  | 'created'
  | 'restarted'
  | 'ready'
  | 'unready'
  | 'published'
  | 'removed'
  | 'terminating'
  | 'signalled'
  | 'frozen'
  | 'thawed'
  | 'latency'
  | 'exited';

/** One thing that happened in a cluster. */
export interface ClusterEvent {
  /** When, on the clock of `performance.now()`. */
  readonly at: number;
  readonly kind: ClusterEventKind;
  readonly pod: string;
  /** `ip:port` of the pod. */
  readonly address: string;
  readonly version: string;
  /** For people: exit code, signal, latency. */
  readonly detail?: string;
}

interface Waiter {
  readonly done: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What happened in a cluster, in order, and a way to wait for what is to happen. */
export class EventLog {
  readonly #events: ClusterEvent[] = [];
  readonly #listeners = new Set<(event: ClusterEvent) => void>();
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  get events(): readonly ClusterEvent[] {
    return this.#events;
  }

  record(kind: ClusterEventKind, pod: Pod, detail?: string): void {
    const { name, address, version } = pod;
    const at = performance.now();
    const event = { at, kind, pod: name, address, version, ...(detail === undefined ? {} : { detail }) };
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
    this.check();
  }

  /** Calls `listener` with each event from now on, until the returned function is called. */
  subscribe(listener: (event: ClusterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when `done` answers true, rejects when it throws. Asked now and after each event. */
  until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ done, resolve, reject });
      this.check();
    });
  }

  /** Asks those who wait again. */
  check(): void {
    for (const waiter of this.#waiters) {
      try {
        if (this.#closed) throw new Error('the cluster was closed');
        if (!waiter.done()) continue;
        waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
      this.#waiters.delete(waiter);
    }
  }

  /** Everybody who still waits is told that the cluster was closed. */
  close(): void {
    this.#closed = true;
    this.check();
    this.#listeners.clear();
  }
}
