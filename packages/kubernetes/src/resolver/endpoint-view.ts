import type { Clock, ResolverListener, ResolverState, Timer } from '@fairlead/core';
import { KubernetesConfigError } from '../errors/kubernetes-config-error.js';
import type { Urgency } from '../slices/change-urgency.js';
import { portProblem, type PortChoice } from '../slices/choose-port.js';
import type { EndpointSlice } from '../slices/endpoint-slice.js';
import { EndpointTable } from '../slices/endpoint-table.js';
import { outsideOurStack } from './outside-our-stack.js';

/** How long changes are gathered before they are told. */
export interface ViewDelays {
  readonly removalDelayMs: number;
  readonly additionDelayMs: number;
}

/** What a view looks at. */
export interface ViewSource extends ViewDelays {
  readonly clock: Clock;
  readonly namespace: string;
  readonly service: string;
  readonly slices: ReadonlyMap<string, EndpointSlice>;
}

/**
 * The pods of a Service at one of its ports, as its listeners are told of them. Changes are gathered for a moment, because
 * they come in bursts: a pod moves from one slice to another, five pods become ready. A pod that must not be called any more
 * waits less than one that may be called, and nothing waits while nobody can be called. The wait does not begin anew with
 * each change.
 */
export class EndpointView {
  readonly #source: ViewSource;
  readonly #port: PortChoice;
  readonly #table: EndpointTable;
  readonly #listeners = new Set<ResolverListener>();
  #timer: Timer | undefined;
  #dueAt = Infinity;
  /** The newest look-up that the next report knows of. */
  #startedAt = -Infinity;
  /** The next report is made although nothing may have changed. */
  #mustTell = false;
  #told: ((listener: ResolverListener) => void) | undefined;
  #state: ResolverState | undefined;

  constructor(port: PortChoice, source: ViewSource) {
    this.#port = port;
    this.#source = source;
    this.#table = new EndpointTable(port);
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Tells it at once what is known, if something is. */
  add(listener: ResolverListener): void {
    this.#listeners.add(listener);
    if (this.#told !== undefined) outsideOurStack(() => this.#told?.(listener));
  }

  remove(listener: ResolverListener): void {
    this.#listeners.delete(listener);
  }

  /** The slices have changed. */
  changed(urgency: Urgency, startedAt: number): void {
    this.#startedAt = Math.max(this.#startedAt, startedAt);
    const { additionDelayMs, removalDelayMs } = this.#source;
    const nobody = (this.#state?.endpoints.length ?? 0) === 0;
    if (nobody) this.#tell();
    else if (urgency !== 'none') this.#tellIn(urgency === 'removal' ? removalDelayMs : additionDelayMs);
  }

  /** What is known is true as of `startedAt`, and somebody wants to hear that. Many who ask at once are told once. */
  confirm(startedAt: number): void {
    this.#startedAt = Math.max(this.#startedAt, startedAt);
    this.#mustTell = true;
    this.#tellIn(0);
  }

  failed(error: Error, startedAt: number): void {
    const tell = (listener: ResolverListener): void => listener.onError(error, startedAt);
    if (this.#state === undefined) this.#told = tell;
    this.#toAll(tell);
  }

  close(): void {
    this.#timer?.cancel();
    this.#listeners.clear();
  }

  #tellIn(delayMs: number): void {
    const { clock } = this.#source;
    const dueAt = clock.now() + delayMs;
    if (dueAt >= this.#dueAt) return;
    this.#timer?.cancel();
    this.#dueAt = dueAt;
    this.#timer = clock.schedule(delayMs, () => this.#tell());
  }

  #tell(): void {
    this.#timer?.cancel();
    this.#dueAt = Infinity;
    const { slices } = this.#source;
    const { endpoints, changed } = this.#table.update(slices.values());
    const mustTell = this.#mustTell || this.#told === undefined;
    const startedAt = this.#startedAt;
    this.#mustTell = false;
    const problem = endpoints.length === 0 ? portProblem(slices.values(), this.#port) : undefined;
    if (!changed && !mustTell && problem === undefined) return;
    if (problem !== undefined) return this.failed(this.#unusable(problem), startedAt);
    const state = changed || this.#state === undefined ? this.#stateOf(endpoints) : this.#state;
    this.#state = state;
    this.#told = (listener) => listener.onState(state, startedAt);
    this.#toAll(this.#told);
  }

  #stateOf(endpoints: ResolverState['endpoints']): ResolverState {
    const { namespace, service, slices } = this.#source;
    const attributes = { source: 'kubernetes', namespace, service, slices: slices.size };
    // A watch is told of a change at the moment at which everybody else is.
    return { endpoints, lagMs: 0, attributes };
  }

  #unusable(problem: string): Error {
    const { namespace, service } = this.#source;
    return new KubernetesConfigError(`the Service ${service} in the namespace ${namespace}`, problem);
  }

  #toAll(tell: (listener: ResolverListener) => void): void {
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) outsideOurStack(() => tell(listener));
    }
  }
}
