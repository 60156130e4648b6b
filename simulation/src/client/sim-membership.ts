import {
  waitingPicker,
  type BalancingPolicy,
  type Endpoint,
  type Picker,
  type PickRequest,
  type PickResult,
} from '@fairlead/core';
import type { ScheduledEvent } from '../engine/scheduled-event.js';
import type { MemberContext } from './member-context.js';
import type { PolicyAnswer } from './policy-answer.js';
import { SimLoadReports } from './sim-load-reports.js';
import { SimMember } from './sim-member.js';

/** What a membership tells its client. */
export interface MembershipListener {
  /** The policy has answered: there is another picker. */
  answered(answer: PolicyAnswer): void;
}

/**
 * Who is in one client's roster, and the policy's newest answer. The rules are those of the pool: the policy is asked after
 * every change and before the next pick, whom it names is connected, whom it lets go is drained.
 */
export class SimMembership {
  readonly #context: MemberContext;
  readonly #policy: BalancingPolicy;
  readonly #listener: MembershipListener;
  readonly #reports: SimLoadReports;
  #byId = new Map<string, SimMember>();
  #members: readonly SimMember[] = [];
  #inUse: readonly SimMember[] = [];
  #picker: Picker<SimMember> = waitingPicker;
  #dirty = false;
  #review: ScheduledEvent | undefined;
  #revisit: ScheduledEvent | undefined;
  #closed = false;

  constructor(policy: BalancingPolicy, context: Omit<MemberContext, 'onChange'>, listener: MembershipListener) {
    this.#policy = policy;
    this.#context = { ...context, onChange: () => this.#changed() };
    this.#listener = listener;
    this.#reports = new SimLoadReports(context.engine);
  }

  get members(): readonly SimMember[] {
    return this.#members;
  }

  /** Members but those that the policy lets go: who may become ready is among them. */
  get inUse(): readonly SimMember[] {
    return this.#inUse;
  }

  /** Whether this very member is in the roster. */
  has(member: SimMember): boolean {
    return this.#byId.get(member.endpoint.id) === member;
  }

  /** Adopts the newest full list of endpoints. */
  reconcile(endpoints: readonly Endpoint[]): void {
    if (this.#closed) return;
    const previous = this.#byId;
    this.#byId = new Map(endpoints.map((endpoint) => [endpoint.id, this.#keepOrMake(endpoint)]));
    this.#members = [...this.#byId.values()];
    for (const [id, member] of previous) if (!this.#byId.has(id)) member.leave();
    this.#changed();
  }

  pick(request: PickRequest, now: number): PickResult<SimMember> {
    if (this.#dirty) this.#update();
    const result = this.#picker.pick(request, now);
    if (result.kind !== 'fail') result.connect?.connect();
    return result;
  }

  close(): void {
    this.#closed = true;
    this.#review?.cancel();
    this.#revisit?.cancel();
    this.#picker = waitingPicker;
    this.#reports.review(undefined, []);
    for (const member of this.#members) member.close();
  }

  #keepOrMake(endpoint: Endpoint): SimMember {
    const known = this.#byId.get(endpoint.id);
    if (known === undefined) return new SimMember(endpoint, this.#policy.createLoad(), this.#context);
    known.update(endpoint);
    return known;
  }

  /** Changes of one moment are told together, unless somebody picks between them. */
  #changed(): void {
    if (this.#dirty || this.#closed) return;
    this.#dirty = true;
    const { engine, resources } = this.#context;
    this.#review = engine.after(0, () => this.#update(), resources);
  }

  #update(): void {
    const { engine, random } = this.#context;
    this.#review?.cancel();
    while (this.#dirty && !this.#closed) {
      const answer = this.#policy.update(this.#members, {
        now: engine.now,
        random,
        reconsider: () => this.#changed(),
      });
      this.#dirty = false;
      this.#adopt(answer);
    }
    this.#review?.cancel();
  }

  #adopt(answer: PolicyAnswer): void {
    const { engine, resources } = this.#context;
    this.#picker = answer.picker;
    this.#revisit?.cancel();
    this.#revisit =
      answer.revisitInMs === undefined ? undefined : engine.after(answer.revisitInMs, () => this.#changed(), resources);
    for (const member of answer.connect) member.connect();
    const letGo = new Set(answer.letGo);
    for (const member of letGo) member.letGo();
    this.#inUse = letGo.size === 0 ? this.#members : this.#members.filter((member) => !letGo.has(member));
    this.#reports.review(answer.loadReports, this.#members);
    this.#listener.answered(answer);
  }
}
