import type { Random } from '@fairlead/core';
import { drawDelay, type DelayRange } from './delay-range.js';
import type { OwnedTimers } from './owned-timers.js';
import type { Pod } from './pod.js';

/** What the endpoint controller needs. */
export interface EndpointsHost {
  readonly timers: OwnedTimers;
  readonly random: Random;
  readonly propagationMs: DelayRange;
}

/**
 * The pods that DNS and the cluster IP know of: those that were ready some time ago.
 *
 * Each change of a pod takes a delay of its own from the kubelet's report to here, the way through endpoint controller,
 * EndpointSlice and CoreDNS; at its end the state of *then* is published, as controllers do that look at the state and
 * not at what changed. So news of two pods may overtake each other, and old news of one pod never replaces newer news.
 */
export class Endpoints {
  readonly #host: EndpointsHost;
  readonly #published = new Set<Pod>();
  #underway = 0;

  constructor(host: EndpointsHost) {
    this.#host = host;
  }

  /** In order of publication. */
  get published(): readonly Pod[] {
    return [...this.#published];
  }

  /** Whether everything that is known of the pods has been published. */
  get settled(): boolean {
    return this.#underway === 0;
  }

  /** Takes note of a change of a pod's readiness, or of its deletion. */
  podChanged(pod: Pod): void {
    if (pod.ready === this.#published.has(pod) && this.settled) return;
    this.#underway++;
    const delayMs = drawDelay(this.#host.random, this.#host.propagationMs);
    this.#host.timers.schedule(delayMs, () => {
      this.#underway--;
      this.#publish(pod);
    });
  }

  #publish(pod: Pod): void {
    if (pod.ready === this.#published.has(pod)) return;
    if (pod.ready) this.#published.add(pod);
    else this.#published.delete(pod);
    pod.noteEndpoint(pod.ready ? 'published' : 'removed');
  }
}
