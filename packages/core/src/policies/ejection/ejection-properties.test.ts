import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { PolicyBench, endWith } from '../../../test/support/policy-bench.js';
import type { Completion } from '../../load/load.js';
import type { BalancingPolicy } from '../../pick/balancing-policy.js';
import { failureAccrual } from '../failure-accrual/failure-accrual.js';
import { outlierDetection } from '../outlier-detection/outlier-detection.js';
import { peakEwma } from '../peak-ewma-policy.js';
import { roundRobin } from '../round-robin.js';

type Step =
  | { readonly kind: 'call'; readonly code: (typeof CODES)[number]; readonly times: number }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end'; readonly code: (typeof CODES)[number]; readonly distorted: boolean }
  | { readonly kind: 'wait' | 'jump'; readonly ms: number }
  | { readonly kind: 'add' }
  | { readonly kind: 'remove' | 'flip'; readonly which: number };

const CODES = ['OK', 'UNAVAILABLE', 'INTERNAL', 'RESOURCE_EXHAUSTED', 'NOT_FOUND', 'CANCELLED'] as const;
const code = fc.constantFrom(...CODES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('call' as const), code, times: fc.nat(12) }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant('begin' as const) }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('end' as const), code, distorted: fc.boolean() }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('jump' as const), ms: fc.constantFrom(-3.6e6, 3.6e6) }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('add' as const) }), weight: 1 },
  {
    arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'flip' as const), which: fc.nat(20) }),
    weight: 2,
  },
);

const child = fc.constantFrom(roundRobin(), peakEwma());
const percent = fc.constantFrom(0, 10, 50, 100);

/** Plays the steps; `check` sees the policy after each. */
function play(policy: BalancingPolicy, steps: readonly Step[], seed: number, check: (b: PolicyBench) => void): void {
  const b = new PolicyBench(policy, 4, new SeededRandom(seed));
  const open: Completion[] = [];
  let added = 4;
  const isReady = (): boolean => b.members.some(({ connectivity }) => connectivity === 'ready');
  for (const one of steps) {
    if (one.kind === 'call') for (let n = 0; n < one.times && isReady(); n++) b.call(one.code);
    if (one.kind === 'begin' && isReady()) open.push(b.begin(b.pick()));
    if (one.kind === 'end')
      for (const completion of open.splice(0, 1)) endWith(completion, b.now, one.code, one.distorted);
    if (one.kind === 'wait') b.advance(one.ms);
    if (one.kind === 'jump') b.jump(one.ms);
    if (one.kind === 'add') b.members.push(b.newMember(added++));
    if (one.kind === 'remove') b.members.splice(one.which % Math.max(1, b.members.length), 1);
    if (one.kind === 'flip' && b.members.length > 0) {
      const member = b.members[one.which % b.members.length]!;
      member.connectivity = member.connectivity === 'ready' ? 'transient-failure' : 'ready';
    }
    if (['add', 'remove', 'flip', 'jump'].includes(one.kind)) b.refresh();
    check(b);
  }
  for (const completion of open) endWith(completion, b.now, 'OK');
  for (const { load } of b.members) expect(load.inFlight).toBe(0);
}

/** Nobody ejected is picked unless all are, or (`probes`) one call is to find out; and only who is there and ready is picked. */
function checkPicks(b: PolicyBench, probes: boolean): void {
  const ready = b.members.filter(({ connectivity }) => connectivity === 'ready');
  for (let n = 0; n < 5; n++) {
    const result = b.update.picker.pick({ path: '/a/B', metadata: { get: () => [] } }, b.now);
    if (ready.length === 0) return expect(result.kind).not.toBe('picked');
    if (result.kind !== 'picked') throw new Error(`${ready.length} are ready, and the answer is ${result.kind}`);
    expect(ready).toContain(result.member);
    const ejection = b.update.ejected?.find(({ member }) => member === result.member);
    if (ejection !== undefined && !b.panic) expect(probes && ejection.untilMs <= b.now).toBe(true);
  }
}

describe('whatever happens', () => {
  test('outlier_detection: never more ejected than allowed, none of them picked but in a panic, one timer', () => {
    const algorithm = fc.record({ minimumHosts: fc.nat(4), requestVolume: fc.nat(10) });
    const property = fc.property(
      fc.record({
        maxEjectionPercent: percent,
        panicThreshold: percent,
        successRateEjection: fc.option(fc.record({ minimumHosts: fc.nat(4), stdevFactor: fc.nat(2_000) }), {
          nil: undefined,
        }),
        failurePercentageEjection: algorithm,
        childPolicy: child,
      }),
      fc.array(step, { maxLength: 60 }),
      fc.nat(),
      ({ successRateEjection, ...options }, steps, seed) => {
        const policy = outlierDetection({ ...options, ...(successRateEjection && { successRateEjection }) })();
        // Who leaves while others are ejected makes their share larger, which is nobody's doing.
        let allowed = 0;
        play(policy, steps, seed, (b) => {
          const most = Math.ceil((options.maxEjectionPercent / 100) * b.members.length);
          const count = b.ejected.length;
          expect(count).toBeLessThanOrEqual(Math.max(allowed, most));
          allowed = count > most ? Math.min(allowed, count) : Math.max(most, count);
          expect(b.update.revisitInMs).toBeGreaterThan(0);
          expect(b.update.revisitInMs).toBeLessThanOrEqual(10_000);
          checkPicks(b, false);
        });
      },
    );
    fc.assert(property, { numRuns: 500, seed: 5 });
  });

  test('failure_accrual: an ejected member gets nothing but its probe, unless it is a panic, and there is no timer', () => {
    const property = fc.property(
      fc.record({
        consecutiveFailures: fc.nat(4),
        requestVolume: fc.nat(6),
        panicThreshold: percent,
        childPolicy: child,
      }),
      fc.array(step, { maxLength: 60 }),
      fc.nat(),
      (options, steps, seed) => {
        play(failureAccrual(options)(), steps, seed, (b) => {
          expect(b.update.revisitInMs).toBeUndefined();
          checkPicks(b, true);
        });
      },
    );
    fc.assert(property, { numRuns: 500, seed: 6 });
  });
});
