import type { Clock, Timer } from '@fairlead/core';

/** A connection that ages, as far as its rotation needs to know it. */
export interface Aging {
  readonly connectivity: string;
  /** When it is old enough, in monotonic ms; `Infinity` for never. */
  readonly rotationDueAt: number;
  /** Its successor is being connected. */
  readonly rotating: boolean;
}

/** Share of the members that may be rotated at the same time; at least one may. */
const AT_ONCE_RATIO = 0.1;

/**
 * Whose connection is to be replaced now, the oldest first, and in how many ms the next one will be due (undefined: no
 * sooner than something else changes).
 *
 * Nobody's while the pool is degraded, that is while a member connects or cannot connect: a connection that works is
 * worth more than a young one then.
 */
export function planRotation<M extends Aging>(
  members: readonly M[],
  now: number,
): { readonly start: readonly M[]; readonly revisitInMs: number | undefined } {
  if (members.some(({ connectivity }) => connectivity === 'connecting' || connectivity === 'transient-failure')) {
    return { start: [], revisitInMs: undefined };
  }
  const aging = members.filter((member) => member.connectivity === 'ready' && !member.rotating);
  const limit = Math.max(1, Math.floor(members.length * AT_ONCE_RATIO));
  const free = Math.max(0, limit - members.filter((member) => member.rotating).length);
  const due = aging.filter((member) => member.rotationDueAt <= now).sort((a, b) => a.rotationDueAt - b.rotationDueAt);
  const nextAt = Math.min(
    ...aging.filter((member) => member.rotationDueAt > now).map((member) => member.rotationDueAt),
  );
  return { start: due.slice(0, free), revisitInMs: nextAt === Infinity ? undefined : nextAt - now };
}

/** Replaces the connections of a pool's members because of their age (`maxConnectionAgeMs`). */
export class Rotation<M extends Aging & { rotate(): void }> {
  readonly #clock: Clock;
  readonly #members: () => readonly M[];
  #timer: Timer | undefined;

  constructor(clock: Clock, members: () => readonly M[]) {
    this.#clock = clock;
    this.#members = members;
  }

  /** To be called after each change of a member. */
  review(): void {
    this.stop();
    const { start, revisitInMs } = planRotation(this.#members(), this.#clock.now());
    if (revisitInMs !== undefined) this.#timer = this.#clock.schedule(revisitInMs, () => this.review());
    for (const member of start) member.rotate();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
