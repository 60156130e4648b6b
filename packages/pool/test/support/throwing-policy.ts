import { roundRobin, type BalancingPolicy, type Completion, type Load, type PolicyUpdate } from '@fairlead/core';
import type { Member } from '../../src/member/member.js';

export type Where = 'createLoad' | 'update' | 'pick' | 'begin' | 'adopt' | 'responded' | 'end' | 'valueAt' | 'report';

/** A policy of a user that throws where a test says, and is `round_robin` elsewhere. */
export class ThrowingPolicy implements BalancingPolicy {
  readonly name = 'throwing';
  where: Where | undefined;
  /** So often, and then no more. */
  times = Infinity;
  /** Updates asked for so far. */
  updates = 0;
  /** What its answers say beside what `round_robin` says. */
  wishes: (members: readonly Member[]) => Partial<PolicyUpdate<Member>> = () => ({});
  readonly #inner = roundRobin()();

  constructor(where?: Where) {
    this.where = where;
  }

  readonly make = (): BalancingPolicy => this;

  createLoad(): Load {
    this.#meet('createLoad');
    const load = this.#inner.createLoad();
    const counted = (completion: Completion): Completion => ({
      responded: (...args) => {
        this.#meet('responded');
        completion.responded(...args);
      },
      end: (...args) => {
        completion.end(...args);
        this.#meet('end');
      },
    });
    return {
      get inFlight() {
        return load.inFlight;
      },
      valueAt: (now) => {
        this.#meet('valueAt');
        return load.valueAt(now);
      },
      begin: (now) => {
        this.#meet('begin');
        return counted(load.begin(now));
      },
      adopt: (now) => {
        this.#meet('adopt');
        return counted(load.begin(now));
      },
      report: () => this.#meet('report'),
    };
  }

  update(members: readonly never[], context: Parameters<BalancingPolicy['update']>[1]): never {
    this.updates += 1;
    this.#meet('update');
    const update = this.#inner.update<Member>(members, context);
    const picker = {
      pick: (...args: Parameters<typeof update.picker.pick>) => {
        this.#meet('pick');
        return update.picker.pick(...args);
      },
    };
    return { ...update, picker, ...this.wishes(members) } as never;
  }

  #meet(where: Where): void {
    if (this.where !== where || this.times === 0) return;
    this.times -= 1;
    throw new Error(`boom in ${where}`);
  }
}
