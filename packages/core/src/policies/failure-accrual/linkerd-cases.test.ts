import { describe, expect, test } from '@jest/globals';
import { PolicyBench, endWith } from '../../../test/support/policy-bench.js';
import { roundRobin } from '../round-robin.js';
import { failureAccrual } from './failure-accrual.js';
import type { FailureAccrualOptions } from './failure-accrual-options.js';

/** The cases of Linkerd's breaker for one member of five, with its names, in virtual time and without jitter. */
const bench = (options: FailureAccrualOptions = {}): PolicyBench =>
  new PolicyBench(failureAccrual({ childPolicy: roundRobin(), jitterRatio: 0, ...options })());

const CONSECUTIVE = { minSuccessRatio: 0, consecutiveFailures: 3 } as const;
const RATE = { consecutiveFailures: 0, minSuccessRatio: 0.5, requestVolume: 4 } as const;

const causeOf = (b: PolicyBench): string | undefined => b.update.ejected?.[0]?.cause;
const picks = (b: PolicyBench): readonly number[] => Array.from({ length: 20 }, () => b.pick());

/** Member 0, ejected, with its pause over. */
function onProbation(options: FailureAccrualOptions = CONSECUTIVE): PolicyBench {
  const b = bench(options);
  b.end(0, 'UNAVAILABLE', 4);
  expect(b.ejected).toEqual([0]);
  b.advance(1_000);
  return b;
}

describe('Linkerd unified.rs', () => {
  test('starts_open', () => {
    expect([bench().ejected, new Set(picks(bench())).size]).toEqual([[], 5]);
  });

  test('trips_on_consecutive_failures', () => {
    const b = bench(CONSECUTIVE);
    b.end(0, 'UNAVAILABLE', 2);
    expect(b.ejected).toEqual([]);
    b.end(0, 'UNAVAILABLE');
    expect([b.ejected, picks(b).includes(0)]).toEqual([[0], false]);
  });

  test('success_resets_consecutive_count', () => {
    const b = bench(CONSECUTIVE);
    b.end(0, 'UNAVAILABLE', 2);
    b.end(0, 'OK');
    b.end(0, 'UNAVAILABLE', 2);
    expect(b.ejected).toEqual([]);
    b.end(0, 'UNAVAILABLE');
    expect(b.ejected).toEqual([0]);
  });

  test('trips_on_low_success_rate', () => {
    const b = bench(RATE);
    b.end(0, 'OK', 2);
    b.end(0, 'INTERNAL', 2);
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL');
    expect([b.ejected, causeOf(b)]).toEqual([[0], 'success-rate']);
  });

  test('cold_start_protects_success_rate', () => {
    const b = bench(RATE);
    b.end(0, 'INTERNAL', 3);
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
  });

  test('probation_success_reopens', () => {
    const b = onProbation();
    expect(b.call('OK')).toBe(0);
    expect([b.ejected, new Set(picks(b)).size]).toEqual([[], 5]);
  });

  test('probation_failure_on_429', () => {
    const b = onProbation();
    expect(b.call('RESOURCE_EXHAUSTED')).toBe(0);
    expect(b.ejected).toEqual([0]);
  });

  test('consecutive_failures_ignores_grpc_resource_exhausted', () => {
    const b = bench(CONSECUTIVE);
    b.end(0, 'RESOURCE_EXHAUSTED', 20);
    b.end(0, 'UNAVAILABLE', 2);
    b.end(0, 'RESOURCE_EXHAUSTED');
    b.end(0, 'UNAVAILABLE', 2);
    expect(b.ejected).toEqual([]);
  });

  test.each(['RESOURCE_EXHAUSTED', 'INTERNAL', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'DATA_LOSS'] as const)(
    'trips_on_low_success_rate_grpc: %s',
    (code) => {
      const b = bench(RATE);
      b.end(0, code, 4);
      expect([b.ejected, causeOf(b)]).toEqual([[0], 'success-rate']);
    },
  );

  test('probation_success_on_grpc_ok, and probation_success_on_grpc_nonzero_code', () => {
    for (const code of ['OK', 'NOT_FOUND', 'PERMISSION_DENIED'] as const) {
      const b = onProbation();
      b.call(code);
      expect([code, b.ejected]).toEqual([code, []]);
    }
  });

  test('threshold_zero_disables_success_rate', () => {
    const b = bench({ minSuccessRatio: 0 });
    for (let n = 0; n < 20; n++) {
      b.end(0, 'UNAVAILABLE', 6);
      b.end(0, 'OK');
    }
    expect(b.ejected).toEqual([]);
  });

  test('min_requests_zero_trips_on_first_failure', () => {
    const b = bench({ ...RATE, requestVolume: 0 });
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
  });

  test('backoff_resets_to_base_on_retrip', () => {
    const b = onProbation();
    b.call('UNAVAILABLE');
    b.advance(2_000);
    b.call('OK');
    b.end(0, 'UNAVAILABLE', 3);
    expect(b.update.ejected![0]!.untilMs).toBe(b.now + 1_000);
  });

  test('both_policies_disabled_never_trips', () => {
    const b = bench({ minSuccessRatio: 0, consecutiveFailures: 0 });
    b.end(0, 'UNAVAILABLE', 1_000);
    expect(b.ejected).toEqual([]);
  });

  test.each(['success', 'failure'] as const)('idle_reengages_cold_start_with_%s', (end) => {
    const b = bench(RATE);
    b.end(0, 'INTERNAL', 3);
    b.advance(30_000);
    b.end(0, end === 'success' ? 'OK' : 'INTERNAL');
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL', 3);
    expect(b.ejected).toEqual([0]);
  });

  test('probation_admits_single_probe', () => {
    const b = onProbation();
    const probe = b.pick();
    const completion = b.begin(probe);
    expect([probe, picks(b).includes(0)]).toEqual([0, false]);
    endWith(completion, b.now, 'OK');
    expect(picks(b)).toContain(0);
  });

  test('success_rate_recovers_after_decay', () => {
    const b = bench(RATE);
    b.end(0, 'INTERNAL', 2);
    b.advance(10_000);
    b.end(0, 'OK', 3);
    b.end(0, 'INTERNAL', 3);
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
  });

  test('dual_mode_success_rate_trips_before_consecutive', () => {
    const b = bench();
    for (let n = 0; n < 4; n++) b.end(0, 'OK');
    b.end(0, 'UNAVAILABLE');
    expect(b.ejected).toEqual([]);
    b.end(0, 'UNAVAILABLE');
    expect(causeOf(b)).toBe('success-rate');
  });

  test('consecutive_trip_reports_consecutive_reason', () => {
    const b = bench({ ...CONSECUTIVE, minSuccessRatio: 0.8, requestVolume: 100 });
    b.end(0, 'UNAVAILABLE', 3);
    expect(causeOf(b)).toBe('consecutive-failures');
  });

  test('success_rate_trip_reports_low_success_rate_reason', () => {
    const b = bench(RATE);
    b.end(0, 'UNAVAILABLE', 4);
    expect(causeOf(b)).toBe('success-rate');
  });

  test('simultaneous_threshold_cross_reports_consecutive_reason', () => {
    const b = bench({ consecutiveFailures: 4, minSuccessRatio: 0.5, requestVolume: 4 });
    b.end(0, 'UNAVAILABLE', 4);
    expect(causeOf(b)).toBe('consecutive-failures');
  });

  test('slow_healthy_probe_reopens', () => {
    const b = onProbation();
    const probe = b.begin(b.pick());
    b.advance(50_000);
    expect(picks(b).includes(0)).toBe(false);
    endWith(probe, b.now, 'OK');
    expect(b.ejected).toEqual([]);
  });
});

describe('Linkerd integration_tests.rs', () => {
  test('unified_failed_probe_advances_backoff: twice as long each time, at most a minute', () => {
    const b = bench(CONSECUTIVE);
    b.end(0, 'UNAVAILABLE', 3);
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      const waitMs = b.update.ejected![0]!.untilMs - b.now;
      waits.push(waitMs);
      b.advance(waitMs - 1);
      expect(picks(b).includes(0)).toBe(false);
      b.advance(1);
      expect(b.call('UNAVAILABLE')).toBe(0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1_000));
  });

  test('transitions (consecutive_failures.rs): closed, ejected, probing, ejected, probing, closed', () => {
    const b = bench(CONSECUTIVE);
    b.end(0, 'UNAVAILABLE', 3);
    expect([b.ejected, b.panic]).toEqual([[0], false]);
    b.advance(1_000);
    b.call('INTERNAL');
    b.advance(1_999);
    expect(b.pick()).not.toBe(0);
    b.advance(1);
    b.call('OK');
    expect(b.ejected).toEqual([]);
    b.end(0, 'UNAVAILABLE', 2);
    expect(b.ejected).toEqual([]);
  });
});

describe('Linkerd success_rate.rs, and Armeria where it differs', () => {
  test('realized_window_equals_configured_window, buckets_roll_and_expire_in_order, samples_age_out_after_window', () => {
    const b = bench({ ...RATE, requestVolume: 2, windowMs: 1_000 });
    b.now = 5_000;
    b.end(0, 'INTERNAL');
    b.advance(999);
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
    const later = bench({ ...RATE, requestVolume: 2, windowMs: 1_000 });
    later.now = 5_000;
    later.end(0, 'INTERNAL');
    later.advance(1_000);
    later.end(0, 'INTERNAL');
    expect(later.ejected).toEqual([]);
  });

  test('threshold_one_trips_on_any_failure_once_min_met', () => {
    const b = bench({ ...RATE, minSuccessRatio: 1 });
    b.end(0, 'OK', 1_000);
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
  });

  test('idle_gap_beyond_u32_steps_does_not_wedge_window, large_gap_clears_entire_window', () => {
    const b = bench({ ...RATE, windowMs: 10 });
    b.end(0, 'INTERNAL', 3);
    b.advance(2 ** 40);
    b.end(0, 'INTERNAL', 3);
    expect(b.ejected).toEqual([]);
    b.end(0, 'INTERNAL');
    expect(b.ejected).toEqual([0]);
  });

  test('unreachable_min_requests_never_trips', () => {
    const b = bench({ ...RATE, requestVolume: 1_000_000 });
    b.end(0, 'INTERNAL', 10_000);
    expect(b.ejected).toEqual([]);
  });

  test('testHalfOpenRetryRequest (Armeria): a probe that does not end is followed by another one, and its late end is nothing', () => {
    const b = onProbation();
    const lost = b.begin(b.pick());
    b.advance(59_999);
    expect(picks(b).includes(0)).toBe(false);
    b.advance(1);
    const second = b.begin(b.pick());
    expect(b.members[0]!.load.inFlight).toBe(2);
    endWith(lost, b.now, 'OK');
    expect(b.ejected).toEqual([0]);
    endWith(second, b.now, 'OK');
    expect(b.ejected).toEqual([]);
  });

  test('testClosedCounterResetOnTransition (Armeria): it begins anew when it is back, also with calls from before', () => {
    const b = bench({ consecutiveFailures: 5, minSuccessRatio: 0.5, requestVolume: 5 });
    const before = Array.from({ length: 10 }, () => b.begin(0));
    b.end(0, 'UNAVAILABLE', 5);
    b.advance(1_000);
    b.call('OK');
    for (const completion of before) endWith(completion, b.now, 'UNAVAILABLE');
    b.end(0, 'UNAVAILABLE', 4);
    expect(b.ejected).toEqual([]);
  });
});
