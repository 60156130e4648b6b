import type { Completion, FailureClass } from '@fairlead/core';
import type { ScheduledEvent } from '../engine/scheduled-event.js';
import type { Connection } from './connection.js';
import type { SimMember } from './sim-member.js';
import type { Stream } from './stream.js';

/** The attempt that is under way. */
export interface SimAttempt {
  readonly member: SimMember;
  readonly completion: Completion;
  readonly connection: Connection;
  readonly stream: Stream;
}

/** One call of the application, with all its attempts, one after the other. */
export class SimCall {
  readonly id: number;
  readonly startedAt: number;
  readonly hashKey: string | undefined;
  /** Attempts that were sent. */
  attempts = 0;
  /** Attempts that count against `maxAttempts`: all but unsent ones and the first refused one. */
  counted = 0;
  refused = 0;
  tried: Set<string> | undefined;
  attempt: SimAttempt | undefined;
  deadline: ScheduledEvent | undefined;
  /** Waits for its next attempt. */
  backoff: ScheduledEvent | undefined;
  /** What the next backoff is the n-th of. */
  backoffs = 0;
  ended = false;
  readonly onEnd: (() => void) | undefined;

  constructor(id: number, startedAt: number, hashKey: string | undefined, onEnd: (() => void) | undefined) {
    this.id = id;
    this.startedAt = startedAt;
    this.hashKey = hashKey;
    this.onEnd = onEnd;
  }

  /** An attempt has failed in this way. */
  failed(failure: FailureClass): void {
    if (failure === 'refused') this.refused++;
    if (failure === 'unsent' || (failure === 'refused' && this.refused === 1)) return;
    this.counted++;
  }
}
