import { status } from '@grpc/grpc-js';
import type { Clock, LoopStalls, PickRequest, PickResult } from '@fairlead/core';
import type { CallHost } from './call/call-host.js';
import { failByPolicy } from './call/guarded-load.js';
import type { PoolCall } from './call/pool-call.js';
import { explainStanding } from './explanation.js';
import { askPicker } from './guarded-policy.js';
import type { Idleness } from './idleness.js';
import type { Member } from './member/member.js';
import type { Membership } from './membership.js';
import type { Readiness } from './readiness.js';
import { WaitingCalls } from './waiting-calls.js';

/** More of them would drown the reason. */
const EXPLAINED_MEMBERS = 3;
const NO_OTHER = 'no other pod can be spared for an attempt that is not needed';
const NO_CALL: PickRequest = { path: '', metadata: { get: () => [] } };
const CLOSED = 'Channel closed before call started';

/** Finds a member for each call: asks the picker, or keeps the call until there is a new one. */
export class Placement implements CallHost {
  readonly stalls: LoopStalls;
  readonly #clock: Clock;
  readonly #membership: Membership;
  readonly #readiness: Readiness;
  readonly #waiting: WaitingCalls;
  readonly #idleness: Idleness;
  readonly #wake: () => void;
  /** Calls that begin now, and may wait. */
  #admitting = 0;
  #closed = false;

  /** @param wake starts the pool, when this is its first call or the first after it was idle. */
  constructor(
    clock: Clock,
    stalls: LoopStalls,
    membership: Membership,
    readiness: Readiness,
    idleness: Idleness,
    wake: () => void,
  ) {
    this.stalls = stalls;
    this.#clock = clock;
    this.#membership = membership;
    this.#readiness = readiness;
    this.#idleness = idleness;
    this.#wake = wake;
    this.#waiting = new WaitingCalls(clock, () => this.#withMembers(readiness.reasonToWait()));
  }

  get waitingCalls(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.#clock.now();
  }

  admit(call: PoolCall): void {
    this.#idleness.enter();
    this.#admitting += 1;
    try {
      this.place(call);
    } catch (error) {
      // What throws at the start of a call is its caller's to catch; nobody will say that it ended.
      this.#idleness.leave();
      throw error;
    } finally {
      this.#admitting -= 1;
    }
  }

  ended(): void {
    this.#idleness.leave();
  }

  policyFailed(where: string, error: unknown): void {
    this.#membership.failures.policyFailed(where, error);
  }

  place(call: PoolCall): void {
    if (!this.#closed) this.#wake();
    // Who is told of what a wake or a pick brings about may have ended this very call, or closed the pool.
    if (call.settled || (!this.#closed && this.#tryPick(call))) return;
    if (this.#closed) return call.fail(status.UNAVAILABLE, CLOSED, 'unsent');
    if (call.attempt?.optional) return call.fail(status.UNAVAILABLE, NO_OTHER, 'unsent');
    const cause = call.waitForReady ? undefined : this.#readiness.reasonToFail();
    if (cause === undefined) {
      call.waitFor(this.#readiness.resolving ? 'name-resolution' : 'pick');
      this.#waiting.add(call);
    } else call.fail(status.UNAVAILABLE, this.#withMembers(cause), 'unsent');
  }

  forget(call: PoolCall): void {
    this.#waiting.delete(call);
  }

  othersUntried(member: Member, tried: ReadonlySet<string>): boolean {
    return this.#membership.members.some(
      (other) => other !== member && this.#isPickable(other) && !tried.has(other.endpoint.id),
    );
  }

  /** Something changed: every waiting call gets another chance, or its end. */
  retryWaiting(): void {
    this.#waiting.forEach((call) => this.place(call));
    if (this.#waiting.size + this.#admitting === 0) this.#membership.nobodyWaits();
  }

  /** Somebody wants the pool to be connected and has no call yet: what a call without a key would have connected, is. */
  seekConnection(): void {
    this.#idleness.touch();
    if (this.#closed || this.#readiness.hasReady(1)) return;
    try {
      const result = askPicker(this.#membership.picker, NO_CALL, this.#clock.now());
      if (result.kind !== 'fail') result.connect?.connect();
    } catch (error) {
      this.policyFailed('pick', error);
    }
  }

  close(): void {
    this.#closed = true;
    this.retryWaiting();
  }

  /** The reason, and of the first few members what `explain()` says of their standing. */
  #withMembers(reason: string): string {
    const { members } = this.#membership;
    const now = this.#clock.now();
    const { ejections } = this.#membership;
    const lines = members.slice(0, EXPLAINED_MEMBERS).map((member) => explainStanding(member, ejections, now));
    if (members.length > lines.length) lines.push(`${members.length - lines.length} more; see channel.explain()`);
    return [reason, ...lines].join('; ');
  }

  #isPickable(member: Member): boolean {
    return member.connectivity === 'ready' && this.#membership.ejections.spares(member);
  }

  /** Whether an attempt that its call can do without may go to this member. */
  #canSpare(member: Member, tried: ReadonlySet<string>): boolean {
    // Who is idle has not failed: nobody has needed him yet.
    const wanted = this.#membership.inUse.filter(({ connectivity }) => connectivity !== 'idle');
    const pickable = wanted.filter((one) => this.#isPickable(one)).length;
    return pickable * 2 >= wanted.length && !tried.has(member.endpoint.id);
  }

  /** @returns whether the call is settled: given to a member, or failed by the picker. */
  #tryPick(call: PoolCall): boolean {
    // Each round in which the picked member turns out to be lost leaves one member fewer to pick.
    for (let rounds = this.#membership.members.length; rounds >= 0; rounds -= 1) {
      const now = this.#clock.now();
      let result: PickResult<Member>;
      try {
        result = askPicker(this.#membership.picker, call, now);
      } catch (error) {
        failByPolicy(call, 'pick', error);
        return true;
      }
      if (result.kind === 'wait') {
        if (result.connect) this.#membership.connectAwaited(result.connect);
        // The attempt may have failed at once, and the call with it.
        return call.settled;
      }
      if (result.kind === 'fail') {
        call.drop(result.reason);
        return true;
      }
      if (!result.member.confirmReady()) {
        // To learn of the loss may have brought a new picker, which may have served this very call if it was waiting.
        if (call.settled) return true;
        continue;
      }
      if (call.attempt?.optional && !this.#canSpare(result.member, call.attempt.tried)) return false;
      this.#waiting.delete(call);
      call.assign(result.member, now);
      result.connect?.connect();
      return true;
    }
    return false;
  }
}
