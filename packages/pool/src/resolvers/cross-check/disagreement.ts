import type { Endpoint } from '@fairlead/core';
import { allHosts, hostsOf } from './host-set.js';

/** Hosts that one side has and the other has not. */
export interface Difference {
  readonly unconfirmed: readonly string[];
  readonly missed: readonly string[];
}

/**
 * What a watch says and what a look-up says, compared again and again. A difference counts only when it cannot be the delay of
 * one of them: the pod has been there, or gone, for `settleMs`; and it lasts only when the same pod differs in several
 * look-ups one after the other, so that pods that come and go never add up.
 */
export class Disagreement {
  readonly #settleMs: number;
  readonly #times: number;
  /** Ready pods by id: since when, and under which hosts. */
  #ready = new Map<string, { readonly since: number; readonly hosts: readonly string[] }>();
  #present: ReadonlySet<string> = new Set();
  readonly #goneAt = new Map<string, number>();
  #unconfirmed = new Map<string, number>();
  #missed = new Map<string, number>();

  constructor(settleMs: number, times: number) {
    this.#settleMs = settleMs;
    this.#times = times;
  }

  /** The watch says so. */
  watched(endpoints: readonly Endpoint[], now: number): void {
    const before = this.#ready;
    this.#ready = new Map();
    for (const endpoint of endpoints) {
      const { ready, terminating } = endpoint.attributes;
      if (ready === false || terminating === true) continue;
      this.#ready.set(endpoint.id, { since: before.get(endpoint.id)?.since ?? now, hosts: hostsOf(endpoint) });
    }
    const present = allHosts(endpoints);
    for (const host of this.#present) if (!present.has(host)) this.#goneAt.set(host, now);
    for (const host of present) this.#goneAt.delete(host);
    this.#present = present;
  }

  /** A look-up that began at `startedAt` says so. */
  lookedUp(endpoints: readonly Endpoint[], startedAt: number): Difference {
    const settled = startedAt - this.#settleMs;
    const found = allHosts(endpoints);
    for (const [host, at] of this.#goneAt) if (at <= settled) this.#goneAt.delete(host);
    const unconfirmed = [...this.#ready.values()]
      .filter(({ since, hosts }) => since <= settled && !hosts.some((host) => found.has(host)))
      .map(({ hosts }) => hosts[0]!);
    const missed = endpoints
      .map(hostsOf)
      .filter((hosts) => !hosts.some((host) => this.#present.has(host) || this.#goneAt.has(host)))
      .map((hosts) => hosts[0]!);
    this.#unconfirmed = counted(unconfirmed, this.#unconfirmed);
    this.#missed = counted(missed, this.#missed);
    return { unconfirmed: this.#lasting(this.#unconfirmed), missed: this.#lasting(this.#missed) };
  }

  #lasting(counts: ReadonlyMap<string, number>): readonly string[] {
    return [...counts].filter(([, times]) => times >= this.#times).map(([host]) => host);
  }
}

function counted(hosts: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(hosts.map((host) => [host, (before.get(host) ?? 0) + 1]));
}
