import type { Endpoint } from '@fairlead/core';
import { SeededRandom } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { CHANNEL_FACTORY } from '../../src/member/member-channel.js';
import { Pool } from '../../src/pool.js';
import { BALANCINGS, type BalancingChoice } from './balancing-choice.js';
import { FakeTarget, takeConfig } from './fake-target.js';
import { FiniteClock } from '../support/finite-clock.js';
import { HistoryCall, type CallObserver } from './history-call.js';
import type { PoolPlan } from './history-plan.js';
import { PodNetwork, type PodMode } from './pod-network.js';
import { endpointOf } from './pod-report.js';
import { Reactions } from './reactions.js';
import { RenewableCredentials } from './renewable-credentials.js';
import type { CallPlan } from './step.js';
import { Told } from './told.js';

const RELIABLE: CallPlan = {
  waitForReady: true,
  deadlineMs: undefined,
  credentials: false,
  attempt: 'none',
  tried: [],
  parent: 'none',
};

/** A pool, everything around it, and what is known of it from outside. */
export class HistoryRig {
  readonly plan: PoolPlan;
  readonly clock = new FiniteClock({ startMs: 1_000 });
  readonly pool: Pool;
  readonly network: PodNetwork;
  readonly target: FakeTarget;
  readonly calls: HistoryCall[] = [];
  readonly told: Told;
  readonly reactions: Reactions;
  readonly complaints: string[] = [];
  readonly credentials: RenewableCredentials;
  balancing: BalancingChoice;
  /** Time has passed in which no timer could run. */
  blocked = false;
  closed = false;
  /** A policy has been in use that lets members go. */
  hasLetGo: boolean;
  /** Members that have left, or were there when the pool was closed. */
  left = 0;
  readonly #modes = new Map<string, PodMode>();
  #last: HistoryCall | undefined;
  readonly #observer: CallObserver;

  constructor(plan: PoolPlan) {
    this.plan = plan;
    this.credentials = new RenewableCredentials(plan.credentials !== 'late');
    const complain = (what: string): void => void this.complaints.push(what);
    const { drainGraceMs: leftMs, maxConnectionAgeGraceMs: replacedMs } = plan;
    this.reactions = new Reactions(complain);
    this.network = new PodNetwork(this.clock, { leftMs, replacedMs }, (id) => this.target.known.has(id), complain);
    this.network.mode = (id) => this.#modes.get(id) ?? plan.pods;
    this.target = new FakeTarget(
      plan.answersRefresh,
      () => this.clock.now(),
      (ids) => {
        this.left += ids.length;
        this.network.leave(ids);
      },
    );
    this.balancing = BALANCINGS[plan.policy]!;
    this.hasLetGo = this.balancing.letsGo;
    this.#observer = {
      complain,
      onPicked: (call, endpoint) => this.#onPicked(call, endpoint),
      onStatus: () => this.reactions.come('status'),
    };
    this.pool = this.#newPool();
    this.pool.takeServiceConfigs(takeConfig);
    this.told = new Told(this.pool, this.reactions, this.plan.listens, complain, () => this.#onClosed());
  }

  /** Whether an hour of it would take long. */
  get isBusyOverTime(): boolean {
    const { eventLoopStallMs, maxConnectionAgeMs } = this.plan;
    return eventLoopStallMs < Infinity || maxConnectionAgeMs < 60_000 || this.network.open.size > 20;
  }

  setMode(id: string, mode: PodMode): void {
    this.#modes.set(id, mode);
  }

  newCall(plan: CallPlan): HistoryCall {
    const call = new HistoryCall(this.pool, this.calls.length, plan, this.clock, this.#observer);
    this.calls.push(call);
    return call;
  }

  balance(policy: number): void {
    this.balancing = BALANCINGS[policy]!;
    this.hasLetGo ||= this.balancing.letsGo;
    this.pool.setBalancing(this.balancing.create);
  }

  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.target.forget();
    }
    // What the resolver throws is the application's to see, and everything else is closed all the same.
    const throws = this.target.live && this.target.throwsFrom === 'close';
    try {
      this.pool.close();
    } catch (error) {
      if (!throws) throw error;
    }
  }

  /** The pods take connections, the resolver tells of two of them, and somebody calls. */
  heal(): void {
    const { clock, target } = this;
    this.network.mode = () => 'accept';
    target.throwsFrom = undefined;
    this.credentials.renew();
    for (const channel of this.network.open) {
      channel.jammed = 0;
      if (channel.connecting) channel.meet();
    }
    const endpoints = [1, 2].map((n) => endpointOf({ n, variant: 0 }));
    this.callAgain();
    target.tell({ kind: 'state', state: { endpoints, attributes: {} }, startedAt: clock.now() });
  }

  /** A call that keeps the pool in use, unless there is one. */
  callAgain(): void {
    if (this.#last?.open) return;
    this.#last = this.newCall(RELIABLE);
    this.#last.start(this.clock);
  }

  /** No call waits, and all pods that the policy wants are connected. */
  get hasRecovered(): boolean {
    const { members, waitingCalls } = this.pool.snapshot();
    const ready = members.filter(({ connectivity }) => connectivity === 'ready').length;
    const { connectsAll, lazy } = this.balancing;
    const least = connectsAll ? members.length : lazy ? 0 : 1;
    return waitingCalls === 0 && ready >= least;
  }

  /** Leaves nothing to other tests, also when this one failed. */
  dispose(): void {
    try {
      this.pool.close();
    } catch {
      // The resolver of a history may throw.
    }
    for (const channel of this.network.open) channel.close();
  }

  #newPool(): Pool {
    const { plan } = this;
    const credentials = plan.credentials === 'plain' ? grpc.credentials.createInsecure() : this.credentials;
    const options = {
      clock: this.clock,
      random: new SeededRandom(plan.seed),
      resolvers: [this.target.factory],
      balancing: this.balancing.create,
      drainGraceMs: plan.drainGraceMs,
      maxConnectionAgeMs: plan.maxConnectionAgeMs,
      maxConnectionAgeGraceMs: plan.maxConnectionAgeGraceMs,
      idleTimeoutMs: plan.idleTimeoutMs,
      connectTimeoutMs: plan.connectTimeoutMs,
      eventLoopStallMs: plan.eventLoopStallMs,
      keepaliveTimeMs: plan.keepaliveTimeMs,
      minReadyMembers: plan.minReadyMembers,
      [CHANNEL_FACTORY]: this.network.channel,
    };
    return new Pool('test:///pods', credentials, options);
  }

  #onPicked(call: HistoryCall, { id }: Endpoint): void {
    // Inside of a callback the picker may be one behind.
    if (call.tried.has(id) && this.balancing.avoidsTried && !this.reactions.underWay) {
      const ready = this.pool.snapshot().members.filter(({ connectivity }) => connectivity === 'ready');
      const other = ready.find(({ endpoint }) => !call.tried.has(endpoint.id));
      if (other) this.complaints.push(`${call.path} went to ${id} again, and ${other.endpoint.id} was ready`);
    }
    this.reactions.come('pick');
  }

  #onClosed(): void {
    if (!this.closed) this.complaints.push('the pool told that it is closed, and nobody closed it');
    if (this.network.open.size > 0) this.complaints.push('the pool told that it is closed with open channels');
  }
}

/** All that is due before the event loop goes on: ticks, and what they bring about, and promises. */
export async function turn(): Promise<void> {
  // Twice: promises that settle in the first tick may have others that hang on them.
  await new Promise<void>((resolve) => void process.nextTick(resolve));
  await new Promise<void>((resolve) => void process.nextTick(resolve));
}
