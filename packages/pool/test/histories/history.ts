import { status } from '@grpc/grpc-js';
import type { HistoryPlan } from './history-plan.js';
import { HistoryRig, turn } from './history-rig.js';
import { checkAll, checkEnd, checkRecovered } from './invariants.js';
import { tellStep, toJson, type ReactionStep, type Step } from './step.js';
import { take } from './take-step.js';

/** Time passes in at most so many pieces: what is told on the next tick is told in between, as on a real event loop. */
const PIECES = 8;
const RECOVERY_ROUNDS = 60;
const ROUND_MS = 5_000;
/** Less than any idle timeout or age, and enough for a connection. */
const SHORT_MS = 500;
/** Of those who wait for the pool, and not for ever. */
const LONGEST_WAIT_MS = 1_500;
const WAIT = 'wait';

/** A rule that a pool has broken, and the history that led there. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
}

/** One history of a pool: takes its steps, and looks after each whether all rules hold. */
export class History {
  readonly #plan: HistoryPlan;
  readonly #rig: HistoryRig;
  readonly #past: { readonly atMs: number; readonly what: string | Step }[] = [];

  constructor(plan: HistoryPlan) {
    this.#plan = plan;
    this.#rig = new HistoryRig(plan.pool);
  }

  /** @throws BrokenRule */
  async run(): Promise<void> {
    try {
      await this.#step('connect', () => this.#rig.pool.connect());
      for (const step of this.#plan.steps) await this.#step(step, () => this.#take(step));
      if (!this.#rig.closed) await this.#recover();
      await this.#finish();
    } catch (error) {
      throw this.#explained(error);
    } finally {
      this.#rig.dispose();
    }
  }

  async #step(what: string | Step, act: () => void | Promise<void>): Promise<void> {
    if (what !== WAIT || this.#past.at(-1)?.what !== WAIT) this.#past.push({ atMs: this.#rig.clock.now(), what });
    await act();
    await turn();
    checkAll(this.#rig);
  }

  #take(step: Step): void | Promise<void> {
    const { clock } = this.#rig;
    switch (step.kind) {
      case 'pass':
        return this.#pass(step.ms);
      case 'block':
        return this.#block(step.ms);
      case 'set-clock':
        return clock.setEpoch(clock.epochNow() + step.byMs);
      case 'when':
        return this.#expect(step);
      default:
        return take(this.#rig, step);
    }
  }

  #expect({ moment, then }: ReactionStep): void {
    this.#rig.reactions.add(moment, () => {
      this.#past.push({ atMs: this.#rig.clock.now(), what: `  in ${moment}: ${tellStep(then)}` });
      take(this.#rig, then);
    });
  }

  async #pass(ms: number): Promise<void> {
    const { clock } = this.#rig;
    // Beats and rotations of an hour take too long: the machine sleeps meanwhile.
    if (ms > 60_000 && this.#rig.isBusyOverTime) return this.#block(ms);
    const pieces = ms < 100 ? 1 : PIECES;
    for (let piece = 0; piece < pieces; piece += 1) {
      clock.advance(ms / pieces);
      await turn();
    }
  }

  #block(ms: number): void {
    this.#rig.blocked = true;
    this.#rig.clock.block(ms);
    this.#rig.clock.advance(0);
  }

  /** When all is well again, calls are served, and pods connected: the history has broken nothing for good. */
  async #recover(): Promise<void> {
    const rig = this.#rig;
    rig.reactions.clear();
    await this.#step('all is well again', () => rig.heal());
    await this.#serve();
    await this.#fallIdle();
  }

  /** Nobody calls for the idle timeout; then somebody does. */
  async #fallIdle(): Promise<void> {
    const rig = this.#rig;
    const { idleTimeoutMs } = this.#plan.pool;
    if (idleTimeoutMs === Infinity) return;
    await this.#step('all calls end', () => this.#endCalls());
    const isIdle = (): boolean => rig.pool.snapshot().idleForMs !== undefined;
    // Who awaits `ready()` uses the pool, for as long as backoffs take.
    const rounds = rig.told.waiters.some(({ what }) => what === 'ready()') ? RECOVERY_ROUNDS : 1;
    for (let round = 0; round < rounds && !isIdle(); round += 1) {
      await this.#step('nobody calls', () => this.#pass(2 * idleTimeoutMs + LONGEST_WAIT_MS));
    }
    const isUsed = rig.told.waiters.some(({ what }) => what === 'ready()');
    if (!isIdle() && !isUsed) throw new Error('nobody calls, and the pool is not idle');
    await this.#step('somebody calls again', () => rig.callAgain());
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const rig = this.#rig;
    for (let round = 0; round < RECOVERY_ROUNDS && !rig.hasRecovered; round += 1) {
      await this.#step(WAIT, async () => {
        if (round > 0) await this.#pass(ROUND_MS);
        rig.callAgain();
        await this.#pass(SHORT_MS);
      });
    }
    checkRecovered(rig);
  }

  /** After close and the grace everything has ended, once. */
  async #finish(): Promise<void> {
    const rig = this.#rig;
    await this.#step('close', () => rig.close());
    const { drainGraceMs } = this.#plan.pool;
    if (drainGraceMs === Infinity) await this.#step('all calls end', () => this.#endCalls());
    else await this.#step(WAIT, () => this.#pass(drainGraceMs));
    checkEnd(rig);
  }

  #endCalls(): void {
    for (const call of this.#rig.calls) if (call.open) call.cancel();
    for (const { call } of this.#rig.network.flights) call.end(status.OK);
  }

  #explained(error: unknown): BrokenRule {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const past = this.#past.map(
      ({ atMs, what }) => `${String(atMs).padStart(9)} ms  ${typeof what === 'string' ? what : tellStep(what)}`,
    );
    return new BrokenRule([reason, 'pool: ' + toJson(this.#plan.pool), ...past].join('\n'));
  }
}
