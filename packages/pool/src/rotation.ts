import type { Clock, Timer } from '@fairlead/core';
import type { RotationReason } from './member/member-context.js';

/** A connection that ages, as far as its rotation needs to know it. */
export interface Aging {
  readonly connectivity: string;
  /** When it is old enough, in monotonic ms; `Infinity` for never. */
  readonly rotationDueAt: number;
  readonly rotationReason: RotationReason;
  /** Its successor is being connected. */
  readonly rotating: boolean;
}

/** What is to be done now. */
export interface RotationPlan<M> {
  /** Whose connection is to be replaced, the oldest first. */
  readonly start: readonly M[];
  /** In how many ms to look again; undefined: no sooner than something else changes. */
  readonly revisitInMs: number | undefined;
  /** A connection has twice its age, because the pool is degraded. */
  readonly overdue: boolean;
}

/** Share of the members that may be rotated at the same time; at least one may. */
const AT_ONCE_RATIO = 0.1;
/** For how long a member that is not connected makes the pool degraded: the others grow old if it never comes back. */
const TROUBLE_MS = 60_000;
/** Share of the members in use that must be connected. */
const READY_RATIO = 0.5;

/**
 * Whose connection is to be replaced now.
 *
 * Because of its age, nobody's while the pool is degraded, that is while a member has not been connected for less than a
 * minute, or fewer than half are: a connection that works is worth more than a young one then. One that was made with older
 * credentials than the present ones is replaced all the same, for its successor comes first, and the server may soon refuse.
 *
 * @param troubledSince since when each member that is not connected is not.
 */
export function planRotation<M extends Aging>(
  members: readonly M[],
  now: number,
  troubledSince: ReadonlyMap<M, number>,
  maxAgeMs: number,
): RotationPlan<M> {
  const troubleEnds = [...troubledSince.values()].map((since) => since + TROUBLE_MS).filter((end) => end > now);
  const readyCount = members.filter(({ connectivity }) => connectivity === 'ready').length;
  const degraded = troubleEnds.length > 0 || readyCount < (readyCount + troubledSince.size) * READY_RATIO;
  const aging = members.filter((member) => member.connectivity === 'ready' && !member.rotating);
  const allDue = aging.filter((member) => member.rotationDueAt <= now);
  const due = allDue.filter(({ rotationReason }) => !degraded || rotationReason === 'credentials');
  const limit = Math.max(1, Math.floor(members.length * AT_ONCE_RATIO));
  const free = Math.max(0, limit - members.filter((member) => member.rotating).length);
  const held = allDue.filter((member) => !due.includes(member)).map((member) => member.rotationDueAt + maxAgeMs);
  const ahead = [...aging.map((member) => member.rotationDueAt), ...held, ...(held.length > 0 ? troubleEnds : [])];
  const nextAt = Math.min(...ahead.filter((time) => time > now));
  return {
    start: due.sort((a, b) => a.rotationDueAt - b.rotationDueAt).slice(0, free),
    revisitInMs: nextAt === Infinity ? undefined : nextAt - now,
    overdue: held.some((time) => time <= now),
  };
}

/** Replaces the connections of a pool's members because of their age (`maxConnectionAgeMs`) or of new credentials. */
export class Rotation<M extends Aging & { rotate(): void }> {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #members: () => readonly M[];
  readonly #onReview: (overdue: boolean) => void;
  readonly #troubledSince = new Map<M, number>();
  #timer: Timer | undefined;

  /** @param onReview is told at each look whether a connection is long overdue because the pool is degraded. */
  constructor(clock: Clock, maxAgeMs: number, members: () => readonly M[], onReview: (overdue: boolean) => void) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#members = members;
    this.#onReview = onReview;
  }

  /** To be called after each change of a member. */
  review(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const members = this.#members();
    const now = this.#clock.now();
    this.#noteTrouble(members, now);
    const { start, revisitInMs, overdue } = planRotation(members, now, this.#troubledSince, this.#maxAgeMs);
    if (revisitInMs !== undefined) this.#timer = this.#clock.schedule(revisitInMs, () => this.review());
    this.#onReview(overdue);
    for (const member of start) member.rotate();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#troubledSince.clear();
  }

  #noteTrouble(members: readonly M[], now: number): void {
    const before = new Map(this.#troubledSince);
    this.#troubledSince.clear();
    for (const member of members) {
      if (member.connectivity !== 'connecting' && member.connectivity !== 'transient-failure') continue;
      this.#troubledSince.set(member, before.get(member) ?? now);
    }
  }
}
