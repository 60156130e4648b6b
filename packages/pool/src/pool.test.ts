import { expect, test } from '@jest/globals';
import { peakEwma, pickFirst, roundRobin } from '@fairlead/core';
import { connectivityState, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import type { FakeCall, FakeChannel } from '../test/support/fake-channel.js';
import { pod, turn, VirtualPool, type TestCall } from '../test/support/virtual-pool.js';

const GRACE_MS = 3_000;

type Step =
  | { readonly kind: 'resolve'; readonly pods: readonly number[]; readonly lateMs: number }
  | {
      readonly kind: 'resolver-error' | 'refuse' | 'lose' | 'lose-unnoticed' | 'drop' | 'connect';
      readonly which: number;
    }
  | { readonly kind: 'call'; readonly waitForReady: boolean; readonly deadlineMs: number | undefined }
  | { readonly kind: 'cancel' | 'respond' | 'end'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number };

const which = fc.nat({ max: 50 });
const kinds = <K extends string>(...names: K[]): fc.Arbitrary<{ kind: K; which: number }> =>
  fc.record({ kind: fc.constantFrom(...names), which });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('resolve'),
      pods: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
      lateMs: fc.constantFrom(0, 0, 500),
    }),
  },
  { weight: 1, arbitrary: kinds('resolver-error') },
  { weight: 8, arbitrary: kinds('connect', 'connect', 'refuse', 'lose', 'lose-unnoticed', 'drop') },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('call'),
      waitForReady: fc.boolean(),
      deadlineMs: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: kinds('cancel', 'respond', 'end', 'end') },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 50, 900, 1_100, 4_000) }) },
);

const POLICIES = [peakEwma, roundRobin, pickFirst];

/** One history of a pool, with what must hold at every moment of it. */
class History {
  readonly #virtual: VirtualPool;
  readonly #calls: TestCall[] = [];
  /** Calls seen on a channel so far, to find the new ones. */
  readonly #sent = new Map<FakeChannel, number>();
  /** When a channel with calls was taken out of the roster. */
  readonly #leftAt = new Map<FakeChannel, number>();

  constructor(policy: number, seed: number) {
    const factory = POLICIES[policy % POLICIES.length]!;
    const options = { balancing: factory(), drainGraceMs: GRACE_MS, maxConnectionAgeGraceMs: GRACE_MS };
    // In every other history connections age.
    const maxConnectionAgeMs = seed % 2 === 0 ? Infinity : 2_000;
    // In every third one the pool falls idle soon.
    const idleTimeoutMs = seed % 3 === 0 ? 1_000 : Infinity;
    this.#virtual = new VirtualPool({ ...options, maxConnectionAgeMs, idleTimeoutMs }, undefined, seed);
    this.#virtual.pool.connect();
  }

  async take(one: Step): Promise<void> {
    const readyBefore = this.#pickable();
    this.#do(one);
    this.#checkPicks(one, readyBefore);
    await turn();
    this.#checkPicks(one, undefined);
    this.#check();
  }

  /** When all is well again, a call is served: the history has broken nothing for good. */
  async recover(): Promise<void> {
    const { clock, pool, resolver, channels } = this.#virtual;
    resolver.push([pod(1), pod(2)]);
    this.#call({ kind: 'call', waitForReady: true, deadlineMs: undefined });
    for (let round = 0; round < 100 && pool.snapshot().waitingCalls > 0; round += 1) {
      for (const channel of [...channels]) if (channel.connecting) channel.ready();
      clock.advance(4_000);
      await turn();
    }
    expect(pool.snapshot().waitingCalls).toBe(0);
  }

  /** After close and the grace everything has ended, once. */
  async finish(): Promise<void> {
    const { clock, pool, channels } = this.#virtual;
    pool.close();
    await turn();
    clock.advance(GRACE_MS);
    await turn();
    expect(clock.pendingTimers).toBe(0);
    expect(channels.filter((channel) => !channel.closed)).toEqual([]);
    expect(this.#calls.map((call) => call.statuses.length)).toEqual(this.#calls.map(() => 1));
    expect(pool.snapshot()).toMatchObject({ members: [], draining: [], waitingCalls: 0 });
  }

  #do(one: Step): void {
    const { clock, resolver, channels } = this.#virtual;
    const channel =
      'which' in one
        ? pickFrom(
            channels.filter((each) => !each.closed),
            one.which,
          )
        : undefined;
    const flying = 'which' in one ? pickFrom(this.#flying(), one.which) : undefined;
    switch (one.kind) {
      case 'resolve':
        return resolver.push(one.pods.map(pod), clock.now() - one.lateMs);
      case 'resolver-error':
        return resolver.fail(new Error('SERVFAIL'));
      case 'connect':
        return channel?.connecting ? channel.ready() : undefined;
      case 'refuse':
        return channel?.connecting ? channel.refuse() : undefined;
      case 'lose':
        return isReady(channel) ? channel.lose() : undefined;
      case 'drop':
        return isReady(channel) ? channel.lose(true) : undefined;
      case 'lose-unnoticed':
        return isReady(channel) ? channel.loseUnnoticed() : undefined;
      case 'call':
        return void this.#call(one);
      case 'cancel':
        return pickFrom(this.#calls, one.which)?.call.cancelWithStatus(status.CANCELLED, 'Cancelled');
      case 'respond':
        return flying?.respond();
      case 'end':
        return flying?.end();
      case 'pass':
        return this.#pass(one.ms);
    }
  }

  #call({ waitForReady, deadlineMs }: Extract<Step, { kind: 'call' }>): void {
    const deadline = deadlineMs === undefined ? Infinity : this.#virtual.clock.epochNow() + deadlineMs;
    this.#calls.push(this.#virtual.call({ waitForReady, deadline }));
  }

  #pass(ms: number): void {
    this.#virtual.clock.advance(ms);
  }

  #flying(): FakeCall[] {
    return this.#virtual.channels.flatMap((channel) => channel.calls.filter((call) => !call.ended));
  }

  /** Channels of the members that are in the roster and ready. */
  #pickable(): Set<FakeChannel> {
    const { channels, pool } = this.#virtual;
    const ids = new Set(
      pool
        .snapshot()
        .members.filter((one) => one.connectivity === 'ready')
        .map((one) => one.endpoint.id),
    );
    const connected = channels.filter((channel) => !channel.closed && !channel.connecting);
    const newest = new Map(connected.map((channel) => [channel.endpoint.id, channel]));
    return new Set([...newest.values()].filter((channel) => ids.has(channel.endpoint.id)));
  }

  /** A call only ever goes to a member that was in the roster and ready just before or is so now. */
  #checkPicks(one: Step, readyBefore: ReadonlySet<FakeChannel> | undefined): void {
    const now = this.#pickable();
    for (const channel of this.#virtual.channels) {
      const before = this.#sent.get(channel) ?? 0;
      this.#sent.set(channel, channel.calls.length);
      if (channel.calls.length === before) continue;
      // Inside a step of time members come and go; what is picked in it is checked by the channel, which counts ready ones only.
      const allowed = now.has(channel) || readyBefore?.has(channel) === true || one.kind === 'pass';
      expect({ step: one, allowed }).toEqual({ step: one, allowed: true });
    }
  }

  #check(): void {
    const { pool, channels, clock } = this.#virtual;
    const snapshot = pool.snapshot();
    for (const call of this.#calls) expect(call.statuses.length).toBeLessThanOrEqual(1);
    expect(channels.filter((channel) => channel.misplaced > 0)).toEqual([]);
    // Every call is in exactly one place: waiting, on a member, or ended.
    const carried = [...snapshot.members, ...snapshot.draining].reduce((sum, member) => sum + member.inFlight, 0);
    const open = this.#calls.filter((call) => call.statuses.length === 0).length;
    expect({ open }).toEqual({ open: snapshot.waitingCalls + carried });
    expect(carried).toBe(this.#flying().length);
    // Nobody waits while somebody is ready.
    if (snapshot.waitingCalls > 0) expect([...this.#pickable()].filter((one) => isReady(one))).toEqual([]);
    this.#checkDrained(channels, clock.now());
    if (snapshot.idleForMs !== undefined) {
      expect({ state: snapshot.state, timers: clock.pendingTimers, carried }).toEqual({
        state: 'IDLE',
        timers: 0,
        carried: 0,
      });
      expect(channels.filter((channel) => !channel.closed)).toEqual([]);
    }
    expect(clock.pendingKeepAliveTimers).toBe(snapshot.waitingCalls > 0 ? 1 : 0);
  }

  /** A channel whose member left has closed when its grace is over. */
  #checkDrained(channels: readonly FakeChannel[], now: number): void {
    const { members } = this.#virtual.pool.snapshot();
    const ids = new Set(members.map((member) => member.endpoint.id));
    for (const channel of channels.filter((one) => !one.closed && !ids.has(one.endpoint.id))) {
      const since = this.#leftAt.get(channel) ?? now;
      this.#leftAt.set(channel, since);
      expect(now - since).toBeLessThan(GRACE_MS);
    }
  }
}

function isReady(channel: FakeChannel | undefined): channel is FakeChannel {
  return channel?.state === connectivityState.READY;
}

function pickFrom<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

test('whatever happens to a pool, no call is lost, answered twice or given to a member that is not ready', async () => {
  const history = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
    fc.nat(2),
    fc.nat(),
    async (steps, policy, seed) => {
      const run = new History(policy, seed);
      for (const one of steps) await run.take(one);
      await run.recover();
      await run.finish();
    },
  );
  // A failure prints the seed and the shortest history.
  await fc.assert(history, { numRuns: 1_000 });
}, 60_000);
