import type { AttemptKind } from '@fairlead/core';
import { callSlot } from '../../call/call-slot.js';

/** What the attempts of one call add up to, for gRFC A96. They find it in the options of their call. */
export class CallAttempts {
  retries = 0;
  transparentRetries = 0;
  hedges = 0;
  /** Time without any attempt under way, after the first. */
  delayMs = 0;
  #underWay = 0;
  #idleSince: number | undefined;

  began(kind: AttemptKind, now: number): void {
    if (this.#idleSince !== undefined) this.delayMs += now - this.#idleSince;
    this.#idleSince = undefined;
    this.#underWay += 1;
    if (kind === 'retry') this.retries += 1;
    else if (kind === 'transparent-retry') this.transparentRetries += 1;
    else if (kind === 'hedge') this.hedges += 1;
  }

  ended(now: number): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#idleSince = now;
  }
}

export const ATTEMPTS = callSlot<CallAttempts>('fairlead.call-attempts');
