import {
  EJECTION_CAUSES,
  exponentialBackoff,
  formatValue,
  type BalancingPolicy,
  type Load,
  type Picker,
  type PickRequest,
  type PickResult,
  type PolicyContext,
  type PolicyUpdate,
} from '@fairlead/core';
import { LastGoodPicker } from './last-good-picker.js';
import { isMember } from './member/create-member.js';
import type { Member } from './member/member.js';

/** Told of what a balancing policy did wrong: in which of its functions, and what it threw. */
export interface PolicyFailureListener {
  policyFailed(where: string, error: unknown): void;
}

/** A policy that fails is asked again at every change, and after this. */
const RETRY = exponentialBackoff({ initialMs: 1_000, maxMs: 10_000, multiplier: 2, jitterRatio: 0 });

interface Answer {
  readonly members: readonly Member[];
  readonly update: PolicyUpdate<Member>;
}

/**
 * The boundary between a pool and its balancing policy, which may be a user's: what that throws at an update goes no
 * further, because it would end in a callback of grpc-js, a timer or the resolver. The pool goes on with the last good
 * answer, and asks again.
 */
export class GuardedPolicy {
  readonly policy: BalancingPolicy;
  readonly #listener: PolicyFailureListener;
  #good: Answer | undefined;
  #retry = RETRY;

  constructor(policy: BalancingPolicy, listener: PolicyFailureListener) {
    this.policy = policy;
    this.#listener = listener;
  }

  get name(): string {
    return this.policy.name;
  }

  /** @returns undefined when the policy fails to make one. */
  createLoad(): Load | undefined {
    try {
      return this.policy.createLoad();
    } catch (error) {
      this.#listener.policyFailed('createLoad', error);
      return undefined;
    }
  }

  /** Never throws. */
  update(members: readonly Member[], context: PolicyContext): PolicyUpdate<Member> {
    try {
      const update = this.policy.update(members, context);
      requireUpdate(update);
      this.#good = { members, update };
      this.#retry = RETRY;
      return update;
    } catch (error) {
      this.#listener.policyFailed('update', error);
      return this.#makeDo(members);
    }
  }

  /** When a policy that failed is to be asked again, in ms; longer each time until it answers. */
  retryInMs(): number {
    const { baseMs } = this.#retry;
    this.#retry = this.#retry.next();
    return baseMs;
  }

  /** The last good answer, as far as it says anything of the members of now. */
  #makeDo(members: readonly Member[]): PolicyUpdate<Member> {
    const here = new Set(members);
    const { letGo = [], ejected = [], loadReports, picker }: Partial<PolicyUpdate<Member>> = this.#good?.update ?? {};
    const stillEjected = ejected.filter(({ member }) => here.has(member));
    const avoided = new Set(stillEjected.filter(({ heeded }) => heeded !== false).map(({ member }) => member));
    return {
      picker: new LastGoodPicker(picker, members, avoided),
      connect: this.#wanted(members),
      letGo: letGo.filter((member) => here.has(member)),
      ejected: stillEjected,
      ...(loadReports && { loadReports }),
      revisitInMs: this.retryInMs(),
    };
  }

  /** Those that the policy wanted, and those that it has not seen; all but those that it let go, while nobody is ready. */
  #wanted(members: readonly Member[]): readonly Member[] {
    if (this.#good === undefined) return members;
    const { connect, letGo = [] } = this.#good.update;
    const unwanted = new Set(letGo);
    if (members.some(({ connectivity }) => connectivity === 'ready')) {
      const wanted = new Set(connect);
      for (const member of this.#good.members) if (!wanted.has(member)) unwanted.add(member);
    }
    return members.filter((member) => !unwanted.has(member));
  }
}

/** @throws TypeError for an answer that is none. */
function requireUpdate({ picker, ...wishes }: PolicyUpdate<Member>): void {
  const { connect, ejected = [], letGo = [], loadReports, revisitInMs = 0, spared = [] } = wishes;
  if (typeof picker.pick !== 'function') throw new TypeError('its answer has no picker');
  const verdicts = [...ejected, ...spared];
  const named = [connect, letGo, verdicts.map(({ member }) => member)];
  if (!named.every((members) => members.every(isMember))) {
    throw new TypeError('its answer names what is no member');
  }
  if (!verdicts.every(({ cause }) => EJECTION_CAUSES.includes(cause)))
    throw new TypeError('its answer has no known cause');
  if (!(revisitInMs >= 0)) throw new TypeError(`its answer has revisitInMs ${revisitInMs}`);
  if (loadReports && !(loadReports.intervalMs >= 0)) throw new TypeError('its answer has no interval of load reports');
}

/** @throws what the picker throws; TypeError for an answer that is none. */
export function askPicker(picker: Picker<Member>, request: PickRequest, now: number): PickResult<Member> {
  const result = picker.pick(request, now);
  const { kind } = result;
  if (kind === 'fail') return result;
  if (kind !== 'wait' && kind !== 'picked') throw new TypeError(`its answer has the kind ${formatValue(kind)}`);
  if (!(kind === 'wait' || isMember(result.member))) throw new TypeError('it picked what is no member');
  if (!(result.connect === undefined || isMember(result.connect))) {
    throw new TypeError('it connects what is no member');
  }
  return result;
}
