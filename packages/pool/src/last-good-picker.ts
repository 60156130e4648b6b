import { pickedReady, wasTried, type Picker, type PickRequest, type PickResult } from '@fairlead/core';
import type { Member } from './member/member.js';

const WAIT: PickResult<never> = Object.freeze({ kind: 'wait' });

/**
 * The picker of a policy that failed to make a new one. Where it answers somebody who is not ready any more, or knows of
 * nobody, the ready members take turns.
 */
export class LastGoodPicker implements Picker<Member> {
  readonly #last: Picker<Member> | undefined;
  readonly #ready: readonly (PickResult<Member> & { kind: 'picked' })[];
  readonly #here: ReadonlySet<Member>;
  #next = 0;

  /** @param avoided get calls from the last picker alone, unless nobody else is ready. */
  constructor(last: Picker<Member> | undefined, members: readonly Member[], avoided: ReadonlySet<Member>) {
    const ready = pickedReady(members);
    const others = ready.filter(({ member }) => !avoided.has(member));
    this.#last = last;
    this.#ready = others.length > 0 ? others : ready;
    this.#here = new Set(ready.map(({ member }) => member));
  }

  pick(request: PickRequest, now: number): PickResult<Member> {
    const result: PickResult<Member> = this.#last?.pick(request, now) ?? WAIT;
    if (result.kind === 'fail' || (result.kind === 'wait' && result.connect !== undefined)) return result;
    if (result.kind === 'picked' && this.#here.has(result.member)) return result;
    return this.#anyReady(request);
  }

  #anyReady(request: PickRequest): PickResult<Member> {
    const ready = this.#ready;
    if (ready.length === 0) return WAIT;
    const first = this.#next;
    this.#next = (first + 1) % ready.length;
    for (let step = 0; step < ready.length; step += 1) {
      const candidate = ready[(first + step) % ready.length]!;
      if (!wasTried(request, candidate)) return candidate;
    }
    return ready[first]!;
  }
}
