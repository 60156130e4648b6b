import { VirtualClock } from '@fairlead/testing';
import type { CallOutcome } from '../../src/load/load.js';
import type { Picker } from '../../src/pick/picker.js';
import { firstAttempt, memberOf, type FakeMember } from './fake-member.js';

/** How a member answers one call that begins now. */
export type Answer = { readonly afterMs: number; readonly outcome: CallOutcome };

/** A call that was picked. */
export interface SimulatedCall {
  readonly at: number;
  readonly member: FakeMember;
}

/** A steady stream of calls over a picker in virtual time. */
export class CallSimulation {
  readonly clock = new VirtualClock();
  readonly calls: SimulatedCall[] = [];
  picker: Picker<FakeMember>;
  readonly #answer: (member: FakeMember, now: number) => Answer;

  constructor(picker: Picker<FakeMember>, answer: (member: FakeMember, now: number) => Answer) {
    this.picker = picker;
    this.#answer = answer;
  }

  /** Makes calls at equal distances for this long. */
  run(durationMs: number, callsPerSecond: number): void {
    const calls = Math.round((durationMs * callsPerSecond) / 1_000);
    for (let made = 0; made < calls; made++) {
      this.#call();
      this.clock.advance(1_000 / callsPerSecond);
    }
  }

  /** How many of the calls from `since` to `until` the member got. */
  callsTo(member: FakeMember, since = 0, until = Infinity): number {
    return this.calls.filter((call) => call.member === member && call.at >= since && call.at < until).length;
  }

  #call(): void {
    const at = this.clock.now();
    const member = memberOf(this.picker.pick(firstAttempt, at));
    this.calls.push({ at, member });
    const completion = member.load.begin(at);
    const { afterMs, outcome } = this.#answer(member, at);
    this.clock.schedule(afterMs, () => completion.end(this.clock.now(), outcome));
  }
}
