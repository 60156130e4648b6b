import type { Clock } from '@fairlead/core';
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
  let cut = 0;
  const timer =
    member.calls.size === 0
      ? undefined
      : clock.schedule(graceMs, () => {
          cut = member.calls.size;
          member.calls.cutAll(`${why} and the call did not end within ${graceMs} ms`);
        });
  member.calls.whenEmpty(() => {
    timer?.cancel();
    member.close();
    done(cut);
  });
}
