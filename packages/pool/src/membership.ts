import {
  aggregateConnectivity,
  handOver,
  type BalancingPolicy,
  type Clock,
  type Endpoint,
  type MemberConnectivity,
  type Picker,
  type Random,
  type Timer,
} from '@fairlead/core';
import { AwaitedMembers, without } from './awaited-members.js';
import { Ejections } from './ejections.js';
import type { PoolEmitter } from './events.js';
import type { HealthChecks } from './health/health-checks.js';
import { GuardedPolicy } from './guarded-policy.js';
import { LastingWarnings } from './lasting-warnings.js';
import { createMember } from './member/create-member.js';
import { drainMember } from './member/drain.js';
import type { MemberChange, MemberContext, RotationEnd } from './member/member-context.js';
import type { Member } from './member/member.js';
import { LoadReports } from './orca/load-reports.js';
import { reportNews } from './orca/report-news.js';
import { PolicyFailures } from './policy-failures.js';
import type { PoolCounts } from './pool-counts.js';
import { Roster } from './roster.js';
import { tellRoster } from './roster-news.js';
import { Rotation } from './rotation.js';
import { tellRotation, warnOfPause } from './rotation-news.js';
import { UpdateRounds } from './update-rounds.js';

/** What membership needs from its pool. */
export interface MembershipContext {
  readonly clock: Clock;
  readonly random: Random;
  /** The one to begin with. */
  readonly policy: BalancingPolicy;
  readonly drainGraceMs: number;
  readonly member: Omit<MemberContext, 'onChange' | 'onRotation'>;
  readonly events: PoolEmitter;
  /** A new picker is in place. */
  onPicker(): void;
  /** A member lost its connection or failed to connect: what is known of the target may be out of date. */
  onTrouble(change: MemberChange): void;
}

const WAIT: Picker<Member> = { pick: () => ({ kind: 'wait' }) };

/**
 * Who is in the pool: turns endpoints into members, connects those that the policy wants, drains those that left, and
 * keeps the picker up to date with every change.
 */
export class Membership {
  readonly ejections: Ejections;
  readonly health: HealthChecks;
  /** Told of what the policy throws elsewhere. */
  readonly failures: PolicyFailures;
  readonly #context: MembershipContext;
  #policy: GuardedPolicy;
  readonly #roster: Roster;
  readonly #lasting: LastingWarnings;
  #rotation: Rotation<Member> | undefined;
  readonly #reports: LoadReports;
  readonly #draining = new Set<Member>();
  #picker: Picker<Member> = WAIT;
  #inUse: readonly Member[] = [];
  #state: MemberConnectivity | undefined;
  #generation = 0;
  #revisit: Timer | undefined;
  readonly #rounds: UpdateRounds;
  readonly #awaited = new AwaitedMembers();
  /** The policy made no load for some of the endpoints, which are tried again then. */
  #missing: Timer | undefined;
  #asleep = false;
  #closed = false;
  #onDrained: (() => void) | undefined;
  readonly #reconsider = (): void => {
    if (!this.#rounds.asking && !this.#closed) this.#update();
  };

  constructor(context: MembershipContext) {
    this.#context = context;
    this.failures = new PolicyFailures(context.clock, context.events);
    this.#policy = new GuardedPolicy(context.policy, this.failures);
    this.#rounds = new UpdateRounds({
      ask: () => this.#askPolicy(),
      tell: () => {
        this.#context.onPicker();
        if (!this.#closed) this.#rotation?.review();
      },
      over: () => this.#closed,
      onEndless: () => this.#askLater(),
    });
    this.#lasting = new LastingWarnings(context.events);
    this.ejections = new Ejections(context.events, context.member.counts);
    this.health = context.member.health;
    this.health.heed(context.policy);
    const listener = { onChange: this.#onMemberChange.bind(this), onRotation: this.#onRotation.bind(this) };
    const memberContext = { ...context.member, ...listener };
    this.#roster = new Roster((endpoint) => {
      const load = this.#policy.createLoad();
      return load && createMember(endpoint, load, memberContext);
    });
    const reporting = { ...context, failures: this.failures, ...reportNews(context.events) };
    this.#reports = new LoadReports(reporting, () => this.#roster.members);
    if (context.member.maxConnectionAgeMs < Infinity) this.#rotation = this.#newRotation();
  }

  get members(): readonly Member[] {
    return this.#roster.members;
  }

  /** Those that the policy has not let go: the others say nothing of the pool. */
  get inUse(): readonly Member[] {
    return this.#inUse;
  }

  /** The state of the whole, in the policy's own words where it has some. */
  get state(): MemberConnectivity {
    return this.#state ?? aggregateConnectivity(this.#inUse.map((member) => member.connectivity));
  }

  /** Members that left and still have calls. */
  get draining(): ReadonlySet<Member> {
    return this.#draining;
  }

  get picker(): Picker<Member> {
    return this.#picker;
  }

  get policyName(): string {
    return this.#policy.name;
  }

  get counts(): PoolCounts {
    return this.#context.member.counts;
  }

  get generation(): number {
    return this.#generation;
  }

  /**
   * Balances by another policy from now on. Members keep their connections and calls; one of the same kind goes on with their
   * loads. What the policy throws when it makes the loads is thrown, and nothing has changed.
   */
  setPolicy(policy: BalancingPolicy): void {
    const goesOn = handOver(this.#policy.policy, policy);
    const now = this.#context.clock.now();
    const loads = this.#roster.members.map((member) => ({
      member,
      load: goesOn ? policy.createLoad(member.load, now) : policy.createLoad(),
    }));
    this.#policy = new GuardedPolicy(policy, this.failures);
    for (const { member, load } of loads) member.changeLoad(load);
    this.health.heed(policy);
    if (!this.#closed) this.#update();
  }

  /** A call waits for this member, which a lazy policy asks for. */
  connectAwaited(member: Member): void {
    this.#awaited.connect(member);
  }

  /** No call waits. */
  nobodyWaits(): void {
    if (this.#awaited.release()) this.#update();
  }

  /** Adopts the newest full list of endpoints. */
  reconcile(endpoints: readonly Endpoint[]): void {
    const change = this.#roster.reconcile(endpoints);
    const { added, changed, removed, failed } = change;
    this.#missing?.cancel();
    this.#missing = failed
      ? this.#context.clock.schedule(this.#policy.retryInMs(), () => this.reconcile(endpoints))
      : undefined;
    if (added.length + changed.length + removed.length === 0) return;
    this.#update(() => this.#drainAll(removed, (member) => `pod ${member.address} left the target`));
    tellRoster(this.#context.events, change);
  }

  /** The credentials have changed: connections that were made with others are replaced, as aged ones are. */
  renewConnections(): void {
    this.#rotation ??= this.#newRotation();
    for (const member of this.#roster.members) member.renew();
    if (!this.#asleep) this.#rotation.review();
  }

  #newRotation(): Rotation<Member> {
    const { clock, member } = this.#context;
    const onReview = (overdue: boolean): void => warnOfPause(this.#lasting, this.#roster.members, overdue);
    return new Rotation(clock, member.maxConnectionAgeMs, () => this.#roster.members, onReview);
  }

  /** Nobody needs a connection until {@link wake}: all are closed, the members stay with what is known of them. */
  sleep(): void {
    this.#asleep = true;
    this.#revisit?.cancel();
    this.#missing?.cancel();
    this.#reports.want(undefined);
    this.#rotation?.stop();
    this.#picker = WAIT;
    for (const member of this.#roster.members) member.sleep();
  }

  /** Connects the members that the policy wants. */
  wake(): void {
    if (!this.#asleep) return;
    this.#asleep = false;
    this.#update();
  }

  /** Drains everybody. `done` is called when the last member is closed. */
  close(done: () => void): void {
    this.#closed = true;
    this.#revisit?.cancel();
    this.#missing?.cancel();
    this.#reports.want(undefined);
    this.#rotation?.stop();
    this.#picker = WAIT;
    this.#drainAll(this.#roster.clear(), () => 'the channel was closed');
    if (this.#draining.size === 0) done();
    else this.#onDrained = done;
  }

  /** All have left before anybody is told of the first: a listener may call, and must not meet the next, or close the pool. */
  #drainAll(members: readonly Member[], why: (member: Member) => string): void {
    for (const member of members) {
      this.#draining.add(member);
      member.drain();
    }
    for (const member of members) this.#drain(member, why(member));
  }

  #drain(member: Member, why: string): void {
    const { clock, drainGraceMs, events } = this.#context;
    drainMember(member, drainGraceMs, why, clock, (cut) => {
      this.#draining.delete(member);
      if (events.listens('drained')) events.tell('drained', { endpoint: member.endpoint, cut });
      if (this.#draining.size === 0) this.#onDrained?.();
    });
  }

  #onMemberChange(member: Member, change: MemberChange): void {
    if (this.#closed) return;
    const { events } = this.#context;
    if (events.listens('member')) events.tell('member', { endpoint: member.endpoint, ...change });
    this.#update(() => {
      if (change.lost || change.to === 'transient-failure') this.#context.onTrouble(change);
    });
  }

  #onRotation(member: Member, end: RotationEnd): void {
    if (this.#closed) return;
    if (end.kind === 'replaced') this.#context.member.counts.rotations += 1;
    this.#reports.review();
    tellRotation(this.#context.events, member, end);
    this.#rotation?.review();
  }

  /** Applies `action` and asks the policy anew. Changes that this causes in turn are folded into one more round. */
  #update(action?: () => void): void {
    this.#rounds.mark();
    action?.();
    if (!this.#closed && !this.#asleep) this.#rounds.run();
  }

  #askLater(): void {
    this.failures.policyFailed('update', new Error('its answers contradict each other, and do not come to an end'));
    this.#revisitIn(this.#policy.retryInMs());
  }

  #revisitIn(delayMs: number | undefined): void {
    this.#revisit?.cancel();
    this.#revisit = delayMs === undefined ? undefined : this.#context.clock.schedule(delayMs, () => this.#update());
  }

  #askPolicy(): void {
    const { clock, random } = this.#context;
    const context = { now: clock.now(), random, reconsider: this.#reconsider };
    const { members } = this.#roster;
    const update = this.#policy.update(members, context);
    const { picker, connect, letGo, loadReports, revisitInMs, state } = update;
    this.#picker = picker;
    const leaving = letGo && this.#awaited.leaving(connect, letGo);
    this.#inUse = leaving === undefined ? members : without(members, leaving);
    this.#state = state;
    this.#generation += 1;
    this.#revisitIn(revisitInMs);
    for (const member of connect) member.connect();
    if (leaving) for (const member of leaving) member.letGo();
    this.ejections.take(update, members, context.now);
    // What was told of a change may have closed the pool.
    this.#reports.want(this.#closed ? undefined : loadReports);
  }
}
