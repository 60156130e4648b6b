import { connectivityState } from '@grpc/grpc-js';
import type { Membership } from './membership.js';
import type { Resolution } from './resolution.js';

/**
 * The pool's judgement of itself: its aggregate connectivity, and whether a call that finds nobody waits or fails.
 *
 * A call without `waitForReady` fails only when there is nothing left to hope for:
 * - the first look-up failed, or named no pod; or
 * - every member has failed to connect since it was last ready, *and* a look-up has answered that must know of the last
 *   lost connection. Until then the addresses that failed may simply be the old ones.
 */
export class Readiness {
  readonly #target: string;
  readonly #resolution: Resolution;
  readonly #membership: Membership;
  #lastLossAt = -Infinity;
  #lastCause: string | undefined;

  constructor(target: string, resolution: Resolution, membership: Membership) {
    this.#target = target;
    this.#resolution = resolution;
    this.#membership = membership;
  }

  /** A member failed to connect, or (`lost`) a ready connection ended. */
  trouble(now: number, lost: boolean, cause: string | undefined): void {
    if (lost) this.#lastLossAt = now;
    if (cause !== undefined) this.#lastCause = cause;
  }

  /** Whether the resolver has not named any endpoints yet. */
  get resolving(): boolean {
    return this.#resolution.state === undefined;
  }

  /** Why a call must fail now, or undefined when it can still hope. */
  reasonToFail(): string | undefined {
    const { heard, state, lastError } = this.#resolution;
    // After an idle time what is known may be out of date, failures included.
    if (!heard) return undefined;
    if (state === undefined) {
      return lastError && `name resolution of ${this.#target} failed: ${lastError.message}`;
    }
    const { inUse, members } = this.#membership;
    if (members.length === 0) return `${this.#target} has no endpoints`;
    if (!this.#allFailed() || !this.#resolution.knowsOf(this.#lastLossAt)) return undefined;
    return `no pod of ${this.#target} can be reached (${inUse.length} tried); last error: ${this.#lastCause ?? 'none'}`;
  }

  /** Whether `count` members are ready, or all that the policy wants connected where these are fewer. */
  hasReady(count: number): boolean {
    const wanted = this.#membership.inUse.filter((member) => member.connectivity !== 'idle');
    const ready = wanted.filter((member) => member.connectivity === 'ready').length;
    return ready > 0 && ready >= Math.min(count, wanted.length);
  }

  /** Whether the pool has nothing to hope for but news from its resolver. */
  needsNews(): boolean {
    return this.#allFailed() && !this.#resolution.knowsOf(this.#lastLossAt);
  }

  /** What a waiting call waits for, for the text of its DEADLINE_EXCEEDED. */
  reasonToWait(): string {
    if (this.resolving) return `${this.#target} is being resolved`;
    const { inUse } = this.#membership;
    const because = this.#lastCause === undefined ? '' : `; last error: ${this.#lastCause}`;
    // The policy may not want any of those that are ready.
    const what = this.hasReady(1) ? 'can be picked' : 'is ready';
    return `none of ${inUse.length} pods of ${this.#target} ${what}${because}`;
  }

  /** gRPC connectivity of the whole, sticky failure included. */
  state(): connectivityState {
    if (!this.#resolution.started) return connectivityState.IDLE;
    if (this.reasonToFail() !== undefined) return connectivityState.TRANSIENT_FAILURE;
    const { state } = this.#membership;
    if (state === 'ready') return connectivityState.READY;
    if (state === 'idle') return connectivityState.IDLE;
    const knowsAll = this.#resolution.heard && this.#resolution.knowsOf(this.#lastLossAt);
    const failed = state === 'transient-failure' && this.#membership.inUse.length > 0 && knowsAll;
    return failed ? connectivityState.TRANSIENT_FAILURE : connectivityState.CONNECTING;
  }

  #allFailed(): boolean {
    const { inUse } = this.#membership;
    return inUse.length > 0 && inUse.every((member) => member.connectivity === 'transient-failure');
  }
}
