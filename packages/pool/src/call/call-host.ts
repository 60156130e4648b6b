import type { LoopStalls } from '@fairlead/core';
import type { PolicyFailureListener } from '../guarded-policy.js';
import type { Member } from '../member/member.js';
import type { PoolCall } from './pool-call.js';

/** What a call needs from its pool. */
export interface CallHost extends PolicyFailureListener {
  readonly stalls: LoopStalls;
  now(): number;
  /** A call begins, which will tell its end by `ended`. Then as `place`. */
  admit(call: PoolCall): void;
  ended(): void;
  /** Finds a member for the call, now or later: answers through `assign` or `fail` of the call. */
  place(call: PoolCall): void;
  /** The call does not wait any more. */
  forget(call: PoolCall): void;
  /** Whether there is a pickable member beside `member` that is not in `tried`. */
  othersUntried(member: Member, tried: ReadonlySet<string>): boolean;
}
