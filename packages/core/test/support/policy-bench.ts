import { SeededRandom } from '@fairlead/testing';
import type { BalancingPolicy, PolicyUpdate } from '../../src/pick/balancing-policy.js';
import { handOver } from '../../src/pick/hand-over.js';
import type { Completion } from '../../src/load/load.js';
import type { MemberConnectivity, PickRequest } from '../../src/pick/picker.js';
import type { Random } from '../../src/random/random.js';
import { STATUS_CODES, type StatusName } from '../../src/status/status-code.js';
import { callOutcome } from '../../src/load/call-outcome.js';
import { FakeMember, firstAttempt, memberOf } from './fake-member.js';

/** What a pool does for a policy, in virtual time: members, updates when something changed or is due, calls. */
export class PolicyBench {
  policy: BalancingPolicy;
  readonly random: Random;
  members: FakeMember[] = [];
  now = 1_000;
  updates = 0;
  #update!: PolicyUpdate<FakeMember>;
  #dueAt = Infinity;
  #updating = false;

  constructor(policy: BalancingPolicy, members = 5, random: Random = new SeededRandom(1)) {
    this.policy = policy;
    this.random = random;
    for (let n = 0; n < members; n++) this.members.push(this.newMember(n));
    this.refresh();
  }

  newMember(index: number, connectivity: MemberConnectivity = 'ready'): FakeMember {
    return new FakeMember(index, connectivity, this.policy.createLoad());
  }

  /** Asks the policy anew: something has changed. */
  refresh(): void {
    if (this.#updating) return;
    this.#updating = true;
    const { now, random } = this;
    this.#update = this.policy.update(this.members, { now, random, reconsider: () => this.refresh() });
    this.updates += 1;
    this.#dueAt = this.#update.revisitInMs === undefined ? Infinity : now + this.#update.revisitInMs;
    this.#updating = false;
  }

  /** Another policy takes the place of this one. */
  replace(policy: BalancingPolicy): void {
    const goesOn = handOver(this.policy, policy);
    this.policy = policy;
    for (const member of this.members) {
      member.load = goesOn ? policy.createLoad(member.load, this.now) : policy.createLoad();
    }
    this.refresh();
  }

  get update(): PolicyUpdate<FakeMember> {
    return this.#update;
  }

  /** Indices of the ejected members. */
  get ejected(): readonly number[] {
    return (this.#update.ejected ?? []).map(({ member }) => this.members.indexOf(member));
  }

  get panic(): boolean {
    return (this.#update.ejected ?? []).some(({ heeded }) => heeded === false);
  }

  /** Moves the time on; the policy is asked whenever it wanted to be. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.#dueAt <= end) {
      this.now = Math.max(this.now, this.#dueAt);
      this.refresh();
    }
    this.now = end;
  }

  /** The clock jumps; timers know nothing of it. */
  jump(ms: number): void {
    this.now += ms;
  }

  /** Who gets the next call, without making it. */
  pick(request: PickRequest = firstAttempt): number {
    return this.members.indexOf(memberOf(this.#update.picker.pick(request, this.now)));
  }

  /** Makes a call of this member's, whoever is picked. */
  begin(index: number): Completion {
    return this.members[index]!.load.begin(this.now);
  }

  /** `times` calls on this member that end so, at once. */
  end(index: number, code: StatusName, times = 1): void {
    for (let n = 0; n < times; n++) endWith(this.begin(index), this.now, code);
  }

  /** A call to whom the policy picks, which ends so. @returns the member. */
  call(code: StatusName | ((index: number) => StatusName)): number {
    const index = this.pick();
    this.end(index, typeof code === 'function' ? code(index) : code);
    return index;
  }
}

/** Ends a call as a pool does. */
export function endWith(completion: Completion, now: number, code: StatusName, distorted = false): void {
  const status = { code: STATUS_CODES[code], metadata: { get: () => [] } };
  if (code === 'OK') completion.responded(now);
  completion.end(now, callOutcome(status.code), distorted, status);
}
