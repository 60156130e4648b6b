import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rolloutLimits, type RolloutLimits } from './rollout-limits.js';
import { planRollout, type ReplicaSetView } from './rollout-plan.js';

const set = (desired: number, available = desired): ReplicaSetView => ({ desired, available });

/** Cases of the controller's own tests (`pkg/controller/deployment/rolling_test.go`, `util_test.go`). */
describe('planRollout', () => {
  const limits = (replicas: number, maxUnavailable: number, maxSurge: number): RolloutLimits => ({
    replicas,
    maxUnavailable,
    maxSurge,
  });

  test.each([
    ['nothing to do', limits(10, 0, 0), set(10), [], { newest: 10, old: [] }],
    ['all at once when nothing is there', limits(10, 2, 3), set(0), [], { newest: 10, old: [] }],
    ['room of the surge only', limits(10, 0, 5), set(0), [set(10)], { newest: 5, old: [10] }],
    ['no room at all', limits(10, 0, 2), set(5, 3), [set(7)], { newest: 5, old: [7] }],
    ['scales the newest down', limits(6, 2, 3), set(10), [], { newest: 6, old: [] }],
    ['old ones as far as the minimum allows', limits(10, 2, 0), set(0), [set(10)], { newest: 0, old: [8] }],
    ['old ones wait for new ones that are not ready', limits(10, 2, 0), set(2, 0), [set(8)], { newest: 2, old: [8] }],
    ['old ones go as new ones get ready', limits(10, 2, 0), set(2), [set(8)], { newest: 2, old: [6] }],
    ['unhealthy old ones first', limits(10, 2, 3), set(3, 0), [set(10, 8)], { newest: 3, old: [8] }],
    [
      'unhealthy ones of any set before healthy ones',
      limits(4, 1, 1),
      set(1),
      [set(2), set(2, 0)],
      { newest: 1, old: [2, 0] },
    ],
    ['the oldest set first', limits(4, 2, 1), set(1), [set(2), set(2)], { newest: 1, old: [0, 1] }],
  ] as const)('%s', (_name, given, newest, old, plan) => {
    expect(planRollout(given, newest, old)).toEqual(plan);
  });

  const sizes = fc.record({
    replicas: fc.integer({ min: 0, max: 20 }),
    maxUnavailable: fc.integer({ min: 0, max: 20 }),
    maxSurge: fc.integer({ min: 0, max: 20 }),
  });
  const usable = sizes.filter(({ maxUnavailable, maxSurge }) => maxUnavailable + maxSurge > 0);
  const view = fc
    .record({ desired: fc.integer({ min: 0, max: 10 }), notAvailable: fc.integer({ min: 0, max: 10 }) })
    .map(({ desired, notAvailable }) => set(desired, Math.max(0, desired - notAvailable)));

  test('a step never exceeds replicas + maxSurge, unless there were more before', () => {
    fc.assert(
      fc.property(usable, view, fc.array(view, { maxLength: 4 }), (given, newest, old) => {
        const plan = planRollout(given, newest, old);
        const before = total([newest, ...old].map((each) => each.desired));
        expect(total([plan.newest, ...plan.old])).toBeLessThanOrEqual(
          Math.max(before, given.replicas + given.maxSurge),
        );
      }),
    );
  });

  test('a step never takes available pods below replicas − maxUnavailable', () => {
    fc.assert(
      fc.property(usable, view, fc.array(view, { maxLength: 4 }), (given, newest, old) => {
        // An explicit scaling down of the newest set is the user's doing and not a step of an update.
        fc.pre(newest.desired <= given.replicas);
        const plan = planRollout(given, newest, old);
        // A ReplicaSet gives up pods that are not available first.
        const left = [newest, ...old].map((each, index) =>
          Math.min(each.available, [plan.newest, ...plan.old][index] ?? 0),
        );
        const before = total([newest, ...old].map((each) => each.available));
        expect(total(left)).toBeGreaterThanOrEqual(Math.min(before, given.replicas - given.maxUnavailable));
      }),
    );
  });

  test('every update comes to its end, however its pods get ready', () => {
    fc.assert(
      fc.property(usable, fc.array(view, { maxLength: 4 }), fc.infiniteStream(fc.nat()), (given, oldSets, choices) => {
        let newest = set(0);
        let old: readonly ReplicaSetView[] = oldSets;
        for (let step = 0; step < 500; step++) {
          const plan = planRollout(given, newest, old);
          old = old.map((each, index) => shrink(each, plan.old[index] ?? 0));
          newest = { desired: plan.newest, available: Math.min(newest.available, plan.newest) };
          const choice = choices.next().value as number;
          // Some of the new pods get ready. Of the old ones none does any more.
          newest = set(newest.desired, Math.min(newest.desired, newest.available + (choice % 3)));
          if (newest.available === given.replicas && total(old.map((each) => each.desired)) === 0) return;
        }
        throw new Error(`stuck at ${JSON.stringify({ newest, old })}`);
      }),
    );
  });
});

function shrink({ available }: ReplicaSetView, desired: number): ReplicaSetView {
  return { desired, available: Math.min(available, desired) };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

describe('rolloutLimits', () => {
  test.each([
    [10, '25%', '25%', { maxUnavailable: 2, maxSurge: 3 }],
    [5, 2, 3, { maxUnavailable: 2, maxSurge: 3 }],
    [3, '25%', '0%', { maxUnavailable: 1, maxSurge: 0 }],
    [1, '25%', '25%', { maxUnavailable: 0, maxSurge: 1 }],
    [100, '29%', '1%', { maxUnavailable: 29, maxSurge: 1 }],
  ] as const)('%p replicas, %p unavailable, %p surge', (replicas, maxUnavailable, maxSurge, limits) => {
    expect(rolloutLimits(replicas, maxUnavailable, maxSurge)).toEqual({ replicas, ...limits });
  });
});
