import type { Clock } from '@fairlead/core';
import type { ActiveCalls } from './active-calls.js';
import type { MemberCalls } from './member-calls.js';
import type { RetirementReason } from './member-context.js';
import type { Member } from './member.js';

/**
 * Lets the calls of a member that left the roster finish, for at most `graceMs`, and then closes it. Calls that are
 * still running at the limit end with UNAVAILABLE and a text that says so.
 *
 * @param why what happened to the member, for that text.
 * @param done called once when the member is closed, with the number of calls that were cut.
 */
export function drainMember(
  member: Member,
  graceMs: number,
  why: string,
  clock: Clock,
  done: (cut: number) => void,
): void {
  member.drain();
  drainCalls(member.calls, graceMs, why, clock, (cut) => {
    member.close();
    done(cut);
  });
}

const WHAT_HAPPENED: Readonly<Record<RetirementReason, string>> = {
  age: 'replaced because of its age',
  credentials: 'replaced because of new credentials',
  unwanted: 'let go by the balancing policy',
};

/** Calls of a connection that was replaced go on, up to the grace. Closed at once, it would lose those not yet sent. */
export function drainReplaced(
  calls: ActiveCalls,
  address: string,
  reason: RetirementReason,
  graceMs: number,
  clock: Clock,
  done: (cut: number) => void,
): void {
  drainCalls(calls, graceMs, `the connection to ${address} was ${WHAT_HAPPENED[reason]}`, clock, done);
}

/**
 * Lets calls finish, for at most `graceMs`.
 *
 * @param why the first half of the status text of those that have not.
 * @param done called once when none is left, with the number of calls that were cut.
 */
export function drainCalls(
  calls: ActiveCalls | MemberCalls,
  graceMs: number,
  why: string,
  clock: Clock,
  done: (cut: number) => void,
): void {
  let cut = 0;
  const timer =
    calls.size === 0
      ? undefined
      : clock.schedule(graceMs, () => {
          cut = calls.size;
          calls.cutAll(`${why} and the call did not end within ${graceMs} ms`);
        });
  calls.whenEmpty(() => {
    timer?.cancel();
    done(cut);
  });
}
