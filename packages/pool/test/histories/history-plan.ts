import fc from 'fast-check';
import { BALANCINGS } from './balancing-choice.js';
import { POD_MODES, type PodMode } from './pod-network.js';
import { PODS, VARIANTS } from './pod-report.js';
import { MOMENTS, type CallPlan, type ImmediateStep, type Step, type UserStep } from './step.js';

/** The pool that a history is of. */
export interface PoolPlan {
  readonly seed: number;
  readonly policy: number;
  readonly drainGraceMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  readonly idleTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly eventLoopStallMs: number;
  readonly keepaliveTimeMs: number;
  readonly minReadyMembers: number;
  /** The resolver answers each refresh at once. */
  readonly answersRefresh: boolean;
  /** Somebody listens to every event. */
  readonly listens: boolean;
  /** A source that can have new ones, or has none before it has: no connection can be begun then. */
  readonly credentials: 'plain' | 'renewable' | 'late';
  /** What the pods do at first. */
  readonly pods: PodMode;
}

export interface HistoryPlan {
  readonly pool: PoolPlan;
  readonly steps: readonly Step[];
}

const { constant, constantFrom, boolean, nat, record } = fc;

export const HOUR_MS = 3_600_000;

const poolPlan: fc.Arbitrary<PoolPlan> = record({
  seed: nat(1_000_000),
  policy: nat(BALANCINGS.length - 1),
  drainGraceMs: constantFrom(3_000, 3_000, 0, Infinity),
  maxConnectionAgeMs: constantFrom(Infinity, 2_000, 60_000),
  maxConnectionAgeGraceMs: constantFrom(1_000, 0, Infinity),
  idleTimeoutMs: constantFrom(Infinity, 1_000, 10_000),
  connectTimeoutMs: constantFrom(5_000, 300),
  eventLoopStallMs: constantFrom(Infinity, 50),
  keepaliveTimeMs: constantFrom(Infinity, 10_000),
  minReadyMembers: constantFrom(1, 2),
  answersRefresh: boolean(),
  listens: boolean(),
  credentials: constantFrom('plain', 'plain', 'renewable', 'late'),
  pods: constantFrom<PodMode[]>('manual', 'accept', 'accept'),
});

const callPlan: fc.Arbitrary<CallPlan> = record({
  waitForReady: boolean(),
  deadlineMs: constantFrom(undefined, undefined, 0, 700, 5_000),
  credentials: boolean(),
  attempt: constantFrom('none', 'none', 'retry', 'hedge'),
  tried: fc.subarray([1, 2, 3]),
  parent: constantFrom('none', 'none', 'none', 'all', 'deadline', 'cancellation'),
});

const n = fc.integer({ min: 1, max: PODS });
const which = nat(50);
const report = record({ n, variant: nat(VARIANTS - 1) });

const resolve = record({
  kind: constant('resolve'),
  // Not unique: a resolver may name one pod twice.
  pods: fc.array(report, { maxLength: 5, size: 'max' }),
  lateMs: constantFrom(0, 0, 500),
  config: constantFrom('none', 'none', 'none', 'good', 'bad'),
});

const weighted = <S>(weight: number, arbitrary: fc.Arbitrary<S>): fc.WeightedArbitrary<S> => ({ weight, arbitrary });
/** Steps that are nothing but a kind and a choice. */
const choosing = <K extends string>(...kinds: K[]): fc.Arbitrary<{ kind: K; which: number }> =>
  record({ kind: constantFrom(...kinds), which });
const plain = <K extends string>(...kinds: K[]): fc.Arbitrary<{ kind: K }> => record({ kind: constantFrom(...kinds) });

const byUser: fc.Arbitrary<UserStep> = fc.oneof(
  weighted<UserStep>(10, resolve),
  weighted(2, plain('resolver-error', 'resolver-nonsense', 'late-answer')),
  weighted(1, record({ kind: constant('resolver-throws'), from: constantFrom('start', 'refresh', 'close') })),
  weighted(18, record({ kind: constantFrom('call', 'call', 'call', 'create'), plan: callPlan })),
  weighted(10, choosing('start', 'write', 'read', 'half-close', 'cancel', 'cancel-parent')),
  weighted(6, plain('pool-connect', 'refresh', 'reset-backoff', 'renew-credentials')),
  weighted(3, record({ kind: constant('balance'), policy: nat(BALANCINGS.length - 1) })),
  weighted(2, record({ kind: constantFrom('watch', 'ready'), forMs: constantFrom(0, 1_500, Infinity) })),
  weighted(1, plain('close')),
);

const byNetwork: fc.Arbitrary<ImmediateStep> = fc.oneof(
  weighted<ImmediateStep>(3, record({ kind: constant('pod'), n, mode: constantFrom(...POD_MODES) })),
  weighted(9, choosing('connect', 'connect', 'connect', 'refuse')),
  weighted(7, choosing('goaway', 'lose', 'lose-unnoticed', 'drop', 'jam')),
  weighted(4, choosing('respond')),
  weighted(9, record({ kind: constant('end'), which, how: nat(50) })),
);

const passing = record({ kind: constant('pass'), ms: constantFrom(0, 1, 5, 50, 300, 900, 1_100, 4_000, 30_000) });

const step: fc.Arbitrary<Step> = fc.oneof(
  weighted<Step>(24, byUser),
  weighted(16, byNetwork),
  weighted(12, passing),
  weighted(1, record({ kind: constant('pass'), ms: constant(HOUR_MS) })),
  weighted(1, record({ kind: constant('block'), ms: constantFrom(100, 6_000, HOUR_MS) })),
  weighted(1, record({ kind: constant('set-clock'), byMs: constantFrom(-HOUR_MS, HOUR_MS) })),
  weighted(4, record({ kind: constant('when'), moment: constantFrom(...MOMENTS), then: byUser })),
);

/** A pool and what happens to it, of at most so many steps. */
export function historyPlan(pool: Partial<PoolPlan>, maxSteps: number): fc.Arbitrary<HistoryPlan> {
  return record({
    pool: poolPlan.map((plan) => ({ ...plan, ...pool })),
    steps: fc.array(step, { minLength: 4, maxLength: maxSteps, size: 'max' }),
  });
}
