import type { EjectionCause, PolicyUpdate } from '@fairlead/core';
import type { PoolEmitter } from './events.js';
import type { Member } from './member/member.js';
import type { PoolCounts } from './pool-counts.js';

/** That a member gets no calls although it may be ready, because of how it answered; or all the same, in a panic. */
export interface StandingEjection {
  readonly cause: EjectionCause;
  /** In monotonic ms. */
  readonly since: number;
  /** When it is tried again, in monotonic ms; what is past says that it is being tried. */
  readonly untilMs: number;
  /** False in a panic: it gets calls nevertheless. */
  readonly heeded: boolean;
}

/** Whom the balancing policy has ejected: tells the difference from one update to the next. */
export class Ejections {
  readonly #events: PoolEmitter;
  readonly #counts: PoolCounts;
  #byMember: ReadonlyMap<Member, StandingEjection> = new Map();
  #panic = false;

  constructor(events: PoolEmitter, counts: PoolCounts) {
    this.#events = events;
    this.#counts = counts;
  }

  /** So many are ejected that some or all ejections are not heeded. */
  get panic(): boolean {
    return this.#panic;
  }

  of(member: Member): StandingEjection | undefined {
    return this.#byMember.get(member);
  }

  /** Whether the policy gives calls to the member when it is ready. */
  spares(member: Member): boolean {
    return this.#byMember.get(member)?.heeded !== true;
  }

  /** What the policy says now. Costs nothing where nobody is and was ejected. */
  take({ ejected = [], spared = [] }: PolicyUpdate<Member>, members: readonly Member[], now: number): void {
    for (const { cause, reason } of spared) this.#counts.sparedOutliers[cause][reason] += 1;
    if (ejected.length + this.#byMember.size === 0) return;
    const previous = this.#byMember;
    const current = new Map<Member, StandingEjection>();
    for (const { member, cause, heeded = true, untilMs } of ejected) {
      const since = previous.get(member)?.since ?? now;
      if (!current.has(member)) current.set(member, { cause, since, untilMs, heeded });
    }
    this.#byMember = current;
    const panicked = this.#panic;
    this.#panic = ejected.some(({ heeded }) => heeded === false);
    this.#tellEjected(previous, now);
    this.#tellReadmitted(previous, new Set(members), now);
    if (panicked !== this.#panic) this.#tellPanic(members);
  }

  #tellEjected(previous: ReadonlyMap<Member, unknown>, now: number): void {
    for (const [{ endpoint }, { cause, untilMs }] of [...this.#byMember].filter(([member]) => !previous.has(member))) {
      this.#counts.ejections[cause] += 1;
      if (this.#events.listens('ejected')) this.#events.tell('ejected', { endpoint, cause, forMs: untilMs - now });
    }
  }

  /** A member that has left is not admitted again. */
  #tellReadmitted(previous: ReadonlyMap<Member, StandingEjection>, here: ReadonlySet<Member>, now: number): void {
    if (!this.#events.listens('readmitted')) return;
    for (const [member, { cause, since }] of previous) {
      if (this.#byMember.has(member) || !here.has(member)) continue;
      this.#events.tell('readmitted', { endpoint: member.endpoint, cause, ejectedForMs: now - since });
    }
  }

  #tellPanic(members: readonly Member[]): void {
    if (this.#panic) this.#counts.panics += 1;
    if (!this.#events.listens('panic')) return;
    const ready = members.filter(({ connectivity }) => connectivity === 'ready');
    const ejected = ready.filter((member) => this.#byMember.has(member));
    const unheeded = ejected.filter((member) => this.spares(member)).length;
    this.#events.tell('panic', { active: this.#panic, ready: ready.length, ejected: ejected.length, unheeded });
  }
}
