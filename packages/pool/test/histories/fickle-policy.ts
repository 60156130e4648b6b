import {
  OutstandingLoad,
  pickedReady,
  type BalancingPolicy,
  type CallOutcome,
  type Completion,
  type Load,
  type MemberView,
  type PolicyContext,
  type PolicyUpdate,
} from '@fairlead/core';

const PATIENCE_MS = 700;

/**
 * A policy that does all that policies may do: connects some members, leaves some as they are and lets some go, connects
 * others when a call asks, and changes its mind with the time, and whenever a call fails.
 */
export class FicklePolicy implements BalancingPolicy {
  readonly name = 'fickle';
  #mood = 0;
  #reconsider: () => void = () => undefined;

  createLoad(): Load {
    return new MoodyLoad(() => {
      this.#mood += 1;
      this.#reconsider();
    });
  }

  update<M extends MemberView>(members: readonly M[], context: PolicyContext): PolicyUpdate<M> {
    const { now, random } = context;
    this.#reconsider = () => context.reconsider();
    // The same answer as long as nothing but the members changes: otherwise an update would never come to an end.
    const mood = this.#mood + Math.floor(now / PATIENCE_MS);
    const opinion = (member: M): number => (mood + Number(member.endpoint.id.slice(-1)) * 2) % 5;
    const letGo = members.filter((member) => opinion(member) === 0);
    const connect = members.filter((member) => opinion(member) > 1);
    const ready = pickedReady(members.filter((member) => !letGo.includes(member)));
    const idle = members.find((member) => member.connectivity === 'idle' && !letGo.includes(member));
    const wait = { kind: 'wait', ...(idle && mood % 2 === 0 ? { connect: idle } : {}) } as const;
    const picker = { pick: () => ready[Math.floor(random.next() * ready.length)] ?? wait };
    return { picker, connect, letGo, revisitInMs: PATIENCE_MS };
  }
}

/** Counts calls, and tells when one has failed. */
class MoodyLoad extends OutstandingLoad {
  readonly #onFailure: () => void;

  constructor(onFailure: () => void) {
    super();
    this.#onFailure = onFailure;
  }

  override begin(): Completion {
    const inner = super.begin();
    return {
      responded: (now) => inner.responded(now),
      end: (now: number, outcome: CallOutcome) => {
        inner.end(now, outcome);
        if (outcome === 'failure') this.#onFailure();
      },
    };
  }
}
