import type { Clock } from '@fairlead/core';
import { status as Code, type StatusObject } from '@grpc/grpc-js';
import type { AttemptRecord } from '../attempts/attempt-record.js';
import { withAttempts } from '../attempts/attempts-of.js';
import { ownStatus } from '../call/own-status.js';
import type { Attempt } from '../retry/attempt.js';

const OTHER_ANSWERED = 'another attempt was answered first, or the call was over';

/** The attempts of one hedged call in the order of their start: which are under way, and what became of the others. */
export class HedgedAttempts {
  readonly #records = new Map<Attempt, AttemptRecord | undefined>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get underWay(): readonly Attempt[] {
    return [...this.#records].flatMap(([attempt, record]) => (record === undefined ? [attempt] : []));
  }

  /** The newest one. */
  get last(): Attempt | undefined {
    return [...this.#records.keys()].at(-1);
  }

  /** The one under way that has sent the most messages, the oldest of them. */
  get furthest(): Attempt | undefined {
    return this.underWay.toSorted((a, b) => b.playback.sent - a.playback.sent)[0];
  }

  /** Ids of the pods that attempts were given to. */
  get tried(): ReadonlySet<string> {
    return new Set([...this.#records.keys()].flatMap(({ endpoint }) => endpoint?.id ?? []));
  }

  add(attempt: Attempt): void {
    this.#records.set(attempt, undefined);
  }

  isUnderWay(attempt: Attempt): boolean {
    return this.#records.has(attempt) && this.#records.get(attempt) === undefined;
  }

  ended(attempt: Attempt, status: StatusObject, next: AttemptRecord['next']): void {
    this.#records.set(attempt, attempt.record(status, this.#clock, next));
  }

  /** What was to follow the last one that failed does not. */
  abandon(reason: string): void {
    for (const [attempt, record] of [...this.#records].toReversed()) {
      if (!record?.next.retried) continue;
      this.#records.set(attempt, { ...record, next: { retried: false, reason } });
      return;
    }
  }

  /** It did not take place. */
  forget(attempt: Attempt): void {
    this.#records.delete(attempt);
  }

  /** Cancels on the wire what is under way, but for the one that was answered. */
  cancelOthers(answered?: Attempt, status: StatusObject = ownStatus(Code.CANCELLED, OTHER_ANSWERED)): void {
    for (const attempt of this.underWay) {
      if (attempt === answered) continue;
      attempt.playback.stop();
      this.ended(attempt, status, { retried: false, reason: OTHER_ANSWERED });
      attempt.call.cancelWithStatus(status.code, status.details);
    }
  }

  /** The status with the trail, unless there is nothing to tell: one attempt that succeeded. */
  attachTo(status: StatusObject): StatusObject {
    const trail = [...this.#records.values()].filter((record) => record !== undefined);
    return trail.length === 1 && status.code === Code.OK ? status : withAttempts(status, trail);
  }
}
