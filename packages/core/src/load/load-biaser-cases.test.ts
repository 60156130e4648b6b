import { describe, expect, test } from '@jest/globals';
import { callOutcome } from './call-outcome.js';
import { failurePenalty } from './failure-penalty.js';
import type { CallStatus } from './load.js';
import { PeakEwmaLoad, type PeakEwmaOptions } from './peak-ewma.js';

const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;
const INTERNAL = 13;

/** A final status, with this `grpc-retry-pushback-ms` in its trailers. */
const statusOf = (code: number, pushback?: string): CallStatus => ({
  code,
  metadata: { get: (key) => (key === 'grpc-retry-pushback-ms' && pushback !== undefined ? [pushback] : []) },
});

/** A member that had one call of 1 ms, which ended so. */
function after(status: CallStatus, options: PeakEwmaOptions = {}): PeakEwmaLoad {
  const load = new PeakEwmaLoad(options);
  load.begin(0).end(1, callOutcome(status.code), false, status);
  return load;
}

/** One call that takes 1 ms. */
function call(load: PeakEwmaLoad, now: number, status: CallStatus): void {
  load.begin(now - 1).end(now, callOutcome(status.code), false, status);
}

/** The latency that counts, in ms: 1 ms after the beginning of time unless said otherwise. */
const rtt = (load: PeakEwmaLoad, now = 1): number => load.valueAt(now) / (load.inFlight + 1);

// HTTP 429 and 503 are RESOURCE_EXHAUSTED and UNAVAILABLE here, Retry-After is grpc-retry-pushback-ms.
describe('Linkerd load-biaser', () => {
  test('test_pending_increases_load', () => {
    const load = after(statusOf(0));
    const idle = load.valueAt(1);
    load.begin(1);
    expect(load.valueAt(1)).toBeCloseTo(2 * idle, 9);
    load.begin(1);
    expect(load.valueAt(1)).toBeCloseTo(3 * idle, 9);
  });

  test('test_rtt_tracked_after_request', () => {
    const load = new PeakEwmaLoad();
    load.begin(0).end(250, 'success', false, statusOf(0));
    expect(rtt(load, 250)).toBe(250);
  });

  test('test_fast_failure_more_expensive_than_healthy', () => {
    expect(rtt(after(statusOf(UNAVAILABLE)))).toBe(5_000);
    expect(rtt(after(statusOf(0)))).toBe(1);
  });

  test('test_failure_records_once_at_response_head', () => {
    const load = new PeakEwmaLoad();
    const completion = load.begin(0);
    completion.end(1, 'failure', false, statusOf(UNAVAILABLE, '30000'));
    const recorded = load.valueAt(3_000);
    completion.responded(3_000);
    completion.end(3_000, 'failure', false, statusOf(UNAVAILABLE, '30000'));
    expect([load.inFlight, load.valueAt(3_000)]).toEqual([0, recorded]);
  });

  test('test_retry_after_hint_load_grows_monotonically', () => {
    const hints = [0, 1, 5, 30, 120, 300].map((seconds) =>
      rtt(after(statusOf(RESOURCE_EXHAUSTED, String(seconds * 1_000)))),
    );
    expect(hints).toEqual([5_000, 5_000, 5_000, 30_000, 120_000, 300_000]);
  });

  test('test_faster_healthy_is_cheaper_than_slower_healthy', () => {
    const slow = new PeakEwmaLoad();
    slow.begin(0).end(2_000, 'success');
    expect(rtt(after(statusOf(0)), 2_000)).toBeLessThan(rtt(slow, 2_000));
  });

  test('test_429_injects_penalty', () => {
    expect(rtt(after(statusOf(RESOURCE_EXHAUSTED)))).toBe(5_000);
  });

  test('test_200_does_not_inject_penalty', () => {
    expect(rtt(after(statusOf(0, '30000')))).toBe(1);
  });

  test('test_penalty_decays_over_time', () => {
    const load = after(statusOf(RESOURCE_EXHAUSTED, '30000'));
    expect(rtt(load, 10_001)).toBeCloseTo(30_000 / Math.E, 6);
  });

  test('test_sequential_failures_maintain_load', () => {
    const load = after(statusOf(RESOURCE_EXHAUSTED));
    for (const now of [1_001, 2_001]) {
      call(load, now, statusOf(RESOURCE_EXHAUSTED));
      expect(rtt(load, now)).toBe(5_000);
    }
  });

  test('test_pending_counted_via_strong_count, test_two_concurrent_requests_counted', () => {
    const load = new PeakEwmaLoad();
    const calls = [load.begin(0), load.begin(0)];
    expect(load.inFlight).toBe(2);
    for (const completion of calls) completion.end(200, 'success');
    expect(load.inFlight).toBe(0);
  });

  test('test_cancellation_records_measurement: ours does not, a caller that lost interest says nothing', () => {
    const load = new PeakEwmaLoad();
    load.begin(0).end(3_000, callOutcome(1), false, statusOf(1));
    expect([load.inFlight, load.valueAt(3_000)]).toEqual([0, 0]);
  });

  test('test_429_with_retry_after_records_hint', () => {
    expect(rtt(after(statusOf(RESOURCE_EXHAUSTED, '30000')))).toBe(30_000);
  });

  test('test_small_retry_after_floored_at_base_penalty', () => {
    expect(rtt(after(statusOf(RESOURCE_EXHAUSTED, '1000')))).toBe(5_000);
  });

  test('test_429_with_retry_after_capped_at_max, default_max_duration_matches_client_policy', () => {
    expect(rtt(after(statusOf(RESOURCE_EXHAUSTED, '600000')))).toBe(300_000);
    // The cap is for the hint; who wants a longer base has it.
    expect(rtt(after(statusOf(RESOURCE_EXHAUSTED, '600000'), { failurePenaltyMs: 400_000 }))).toBe(400_000);
  });

  test('test_rate_limit_hint_parses_retry_after', () => {
    expect(failurePenalty(5_000, statusOf(RESOURCE_EXHAUSTED, '45000'))).toBe(45_000);
  });

  test('test_rate_limit_hint_none_for_200', () => {
    expect(failurePenalty(5_000, statusOf(0, '45000'))).toBe(5_000);
  });

  test('test_rate_limit_hint_none_without_header', () => {
    expect(failurePenalty(5_000, statusOf(RESOURCE_EXHAUSTED))).toBe(5_000);
    expect(failurePenalty(5_000, undefined)).toBe(5_000);
  });

  test('test_503_records_base_penalized_effective_rtt', () => {
    expect(rtt(after(statusOf(UNAVAILABLE)))).toBe(5_000);
  });

  test('test_503_with_retry_after_records_hint', () => {
    expect(rtt(after(statusOf(UNAVAILABLE, '30000')))).toBe(30_000);
  });

  test('test_429_and_503_retry_after_produce_identical_load', () => {
    const [limited, absent] = [RESOURCE_EXHAUSTED, UNAVAILABLE].map((code) => after(statusOf(code, '30000')));
    expect(rtt(limited!)).toBe(rtt(absent!));
  });

  test('test_500_records_base_penalized_effective_rtt: a hint beside another status is none', () => {
    expect(rtt(after(statusOf(INTERNAL, '30000')))).toBe(5_000);
  });

  test('test_sub_measured_penalty_failures_floor_at_measured_rtt', () => {
    const load = new PeakEwmaLoad({ failurePenaltyMs: 100 });
    load.begin(0).end(500, 'failure');
    for (let now = 1_500; now < 9_000; now += 1_000) call(load, now, statusOf(INTERNAL));
    expect(rtt(load, 8_500)).toBeGreaterThan(200);
  });

  test.each([
    [8, 'RESOURCE_EXHAUSTED'],
    [14, 'UNAVAILABLE'],
    [13, 'INTERNAL'],
    [2, 'UNKNOWN'],
    [4, 'DEADLINE_EXCEEDED'],
    [15, 'DATA_LOSS'],
  ])('test_grpc_server_errors_record_effective_rtt: %d %s', (code) => {
    expect(rtt(after(statusOf(code)))).toBe(5_000);
  });

  test.each([3, 5, 6, 7, 9, 10, 11, 12, 16])('test_grpc_client_errors_record_low_rtt: %d', (code) => {
    expect(rtt(after(statusOf(code, '30000')))).toBe(1);
  });

  test('test_grpc_ok_records_low_rtt', () => {
    expect(rtt(after(statusOf(0)))).toBe(1);
  });
});

describe('a hint of an overloaded server', () => {
  test.each(['-1', 'NaN', '1e300', '', '5.5', '99999999999999999999', 'Infinity', '١٢'])(
    'that is no time (%s) costs the base',
    (pushback) => {
      expect(rtt(after(statusOf(UNAVAILABLE, pushback)))).toBe(5_000);
    },
  );

  test('counts also for a call that began under another load', () => {
    const load = new PeakEwmaLoad();
    load.adopt(0, true).end(1, 'failure', false, statusOf(UNAVAILABLE, '30000'));
    expect(rtt(load)).toBe(30_000);
  });

  test('counts also when our own event loop was stalled', () => {
    const load = new PeakEwmaLoad();
    load.begin(0).end(60_000, 'failure', true, statusOf(UNAVAILABLE, '30000'));
    expect(rtt(load, 60_000)).toBe(30_000);
  });
});
