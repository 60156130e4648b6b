import { BREAKER_FAILURES, type CircuitBreakerConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { BreakerState, Outcome } from './breaker.js';
import { MethodBreaker } from './method-breaker.js';

// Cases of other projects' breakers, under the names that they have there.

/** Linkerd's defaults: success below 80 % within 10 s opens it, from five calls on. */
const LINKERD: CircuitBreakerConfig = {
  failureRatio: 0.2,
  requestVolume: 5,
  windowMs: 10_000,
  openMs: 5_000,
  probeTimeoutMs: 60_000,
  failureStatusCodes: BREAKER_FAILURES,
};

class Fixture {
  readonly clock = new VirtualClock();
  readonly breaker: MethodBreaker;
  readonly changes: string[] = [];

  constructor(config: Partial<CircuitBreakerConfig> = {}) {
    this.breaker = new MethodBreaker('/test.Echo/Unary', { ...LINKERD, ...config }, this.clock);
    this.breaker.onChange(({ from, to }) => this.changes.push(`${from} → ${to}`));
  }

  get state(): BreakerState {
    return this.breaker.state;
  }

  calls(count: number, outcome: Outcome): this {
    for (let n = 0; n < count; n++) {
      const admission = this.breaker.enter();
      if (admission === undefined) throw new Error('refused');
      this.breaker.leave(admission, outcome);
    }
    return this;
  }

  failures(count: number): this {
    return this.calls(count, 'failure');
  }

  successes(count: number): this {
    return this.calls(count, 'success');
  }

  pass(ms: number): this {
    this.clock.advance(ms);
    jest.advanceTimersByTime(ms);
    return this;
  }
}

beforeEach(() => {
  // opossum's one timer is the platform's.
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('Linkerd success_rate.rs', () => {
  test('realized_window_equals_configured_window', () => {
    const inside = new Fixture({ windowMs: 5_000, requestVolume: 2 }).failures(1).pass(4_499).failures(1);
    expect(inside.state).toBe('open');
    const outside = new Fixture({ windowMs: 5_000, requestVolume: 2 }).failures(1).pass(5_000).failures(1);
    expect(outside.state).toBe('closed');
  });

  test('empty_window_does_not_trip', () => {
    expect(new Fixture({ failureRatio: 0, requestVolume: 1 }).calls(10, 'neutral').state).toBe('closed');
  });

  test('min_requests_zero_trips_on_first_failure', () => {
    // The least volume is 1 here, which is the same: the call that fails is one.
    expect(new Fixture({ failureRatio: 0.5, requestVolume: 1 }).failures(1).state).toBe('open');
  });

  test('threshold_one_trips_on_any_failure_once_min_met', () => {
    const fixture = new Fixture({ failureRatio: 0, requestVolume: 4 }).successes(3);
    expect(fixture.state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('cold_start_holds_until_min_requests', () => {
    const fixture = new Fixture().failures(4);
    expect(fixture.state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test.each([
    ['fast', 0],
    ['slow', 1_000],
  ])('failure_burst_trips_independent_of_rate: %s', (_name, gapMs) => {
    const fixture = new Fixture();
    for (let n = 0; n < 4; n++) expect(fixture.failures(1).pass(gapMs).state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('samples_age_out_after_window', () => {
    const fixture = new Fixture({ requestVolume: 6 }).failures(5).pass(11_000).successes(1);
    expect(fixture.state).toBe('closed');
    // One failure of six, or of eleven if the old ones counted.
    expect(fixture.successes(4).failures(1).state).toBe('closed');
  });

  test('ratio_recovers_as_failures_expire', () => {
    const fixture = new Fixture({ failureRatio: 0.25, requestVolume: 5 }).failures(2).pass(6_000).successes(8);
    expect(fixture.state).toBe('closed');
    // At eight of ten, two failures more are four of twelve; once the first two have expired they are two of ten.
    fixture.pass(4_500).failures(2);
    expect(fixture.state).toBe('closed');
  });

  test('reset_clears_all_buckets', () => {
    const fixture = new Fixture().failures(4);
    fixture.breaker.open();
    fixture.breaker.close();
    expect(fixture.failures(4).state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('unreachable_min_requests_never_trips', () => {
    expect(new Fixture({ failureRatio: 0, requestVolume: Number.MAX_SAFE_INTEGER }).failures(1_000).state).toBe(
      'closed',
    );
  });

  test('buckets_roll_and_expire_in_order', () => {
    const fixture = new Fixture({ failureRatio: 0.4, requestVolume: 3 })
      .failures(1)
      .pass(5_000)
      .successes(1)
      .pass(5_500);
    // With the failure of the beginning it would be two of three.
    fixture.failures(1).successes(1);
    expect(fixture.state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('large_gap_clears_entire_window', () => {
    const fixture = new Fixture().failures(4).pass(1_000_000).successes(1);
    expect(fixture.successes(4).failures(1).state).toBe('closed');
  });

  test('idle_gap_beyond_u32_steps_does_not_wedge_window', () => {
    const fixture = new Fixture({ windowMs: 1_000, requestVolume: 3 }).failures(1);
    // Sixty days, in slices of 100 ms; jest's clock has no timer to run meanwhile.
    fixture.clock.advance(60 * 86_400_000 * 100);
    expect(fixture.failures(1).pass(100).failures(1).state).toBe('closed');
    expect(fixture.pass(100).failures(1).state).toBe('open');
  });
});

describe('Linkerd unified.rs', () => {
  test('starts_open', () => {
    // What Linkerd calls open, all others call closed.
    const { breaker } = new Fixture();
    expect([breaker.state, breaker.enter() !== undefined]).toEqual(['closed', true]);
  });

  test('trips_on_low_success_rate', () => {
    const fixture = new Fixture().successes(8).failures(2);
    expect(fixture.state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('cold_start_protects_success_rate', () => {
    expect(new Fixture().failures(4).pass(10_000).failures(4).state).toBe('closed');
  });

  test('probation_success_reopens', () => {
    const fixture = new Fixture().failures(5).pass(5_000).successes(1);
    expect(fixture.changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  test('probation_admits_single_probe', () => {
    const { breaker } = new Fixture().failures(5).pass(5_000);
    expect([1, 2, 3].map(() => breaker.enter() !== undefined)).toEqual([true, false, false]);
  });

  test('backoff_resets_to_base_on_retrip', () => {
    const fixture = new Fixture();
    for (let round = 0; round < 3; round++) {
      fixture.failures(5);
      expect(fixture.breaker.retryInMs).toBe(5_000);
      fixture.pass(5_000).successes(1);
    }
    expect(fixture.state).toBe('closed');
  });

  test.each(['success', 'failure'] as const)('idle_reengages_cold_start_with_%s', (outcome) => {
    const fixture = new Fixture().successes(100).pass(3_600_000).calls(1, outcome);
    expect(fixture.failures(3).state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('success_rate_recovers_after_decay', () => {
    const fixture = new Fixture({ requestVolume: 6 }).failures(5).pass(10_000).successes(5);
    expect(fixture.failures(1).state).toBe('closed');
  });

  test('slow_healthy_probe_reopens', () => {
    const fixture = new Fixture().failures(5).pass(5_000);
    const probe = fixture.breaker.enter()!;
    fixture.pass(30_000);
    expect(fixture.state).toBe('half-open');
    fixture.breaker.leave(probe, 'success');
    expect(fixture.state).toBe('closed');
  });
});

describe('Armeria NonBlockingCircuitBreakerTest', () => {
  const ARMERIA = { failureRatio: 0.5, requestVolume: 2, windowMs: 20_000, openMs: 10_000, probeTimeoutMs: 3_000 };
  const closed = (config: Partial<CircuitBreakerConfig> = {}) => new Fixture({ ...ARMERIA, ...config });
  const open = () => closed().failures(2);
  const halfOpen = () => open().pass(10_000);

  test('testClosed', () => {
    expect([closed().state, closed().breaker.enter()]).toEqual(['closed', 0]);
  });

  test('testMinimumRequestThreshold', () => {
    const fixture = closed({ requestVolume: 4 }).failures(2).pass(1_000);
    expect(fixture.state).toBe('closed');
    fixture.failures(2);
    expect([fixture.state, fixture.breaker.enter()]).toEqual(['open', undefined]);
  });

  test('testFailureRateThreshold', () => {
    const fixture = closed({ requestVolume: 10 }).successes(10).failures(9).pass(1_000);
    expect(fixture.state).toBe('closed');
    expect(fixture.failures(1).state).toBe('closed');
    expect(fixture.failures(1).state).toBe('open');
  });

  test('testClosedToOpen', () => {
    expect(open().changes).toEqual(['closed → open']);
  });

  test('testOpenToHalfOpen', () => {
    const fixture = open().pass(9_999);
    expect(fixture.state).toBe('open');
    expect(fixture.pass(1).state).toBe('half-open');
  });

  test('testHalfOpenToClosed', () => {
    const fixture = halfOpen().successes(1);
    expect([fixture.state, fixture.breaker.enter() !== undefined]).toEqual(['closed', true]);
  });

  test('testHalfOpenToOpen', () => {
    const fixture = halfOpen().failures(1);
    expect([fixture.state, fixture.breaker.enter()]).toEqual(['open', undefined]);
  });

  test('testHalfOpenRetryRequest', () => {
    const fixture = halfOpen();
    expect([1, 2].map(() => fixture.breaker.enter() !== undefined)).toEqual([true, false]);
    // The trial that does not end counts as failed; another one follows when the breaker was open once more.
    fixture.pass(3_000);
    expect(fixture.state).toBe('open');
    fixture.pass(10_000);
    expect([1, 2].map(() => fixture.breaker.enter() !== undefined)).toEqual([true, false]);
  });

  test('testClosedOpenClosed', () => {
    const fixture = closed().failures(2).pass(10_000).successes(1);
    expect(fixture.changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  test('testTransitionOpenToClosed', () => {
    const fixture = closed();
    for (const act of ['open', 'open', 'close', 'close', 'open'] as const) fixture.breaker[act]();
    // Whatever is so already is no change.
    expect(fixture.changes).toEqual(['closed → open', 'open → closed', 'closed → open']);
  });

  test('testClosedCounterResetOnTransition', () => {
    const fixture = closed().failures(1);
    fixture.breaker.open();
    fixture.breaker.close();
    expect(fixture.failures(1).state).toBe('closed');
  });

  test('testTimeoutResetOnTransition', () => {
    const fixture = open().pass(9_999);
    fixture.breaker.close();
    fixture.failures(2).pass(9_999);
    expect([fixture.state, fixture.breaker.enter()]).toEqual(['open', undefined]);
    expect(fixture.pass(1).state).toBe('half-open');
  });

  test('testForcedOpen', () => {
    const fixture = closed();
    fixture.breaker.open();
    fixture.pass(1_000_000);
    expect([fixture.state, fixture.breaker.enter(), fixture.changes]).toEqual(['open', undefined, ['closed → open']]);
  });

  test('testNotification', () => {
    const fixture = closed({ requestVolume: 4 }).failures(4).pass(10_000).successes(1);
    expect(fixture.changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });
});

describe('opossum test/', () => {
  test('When half-open, the circuit only allows one request through', () => {
    const { breaker } = new Fixture({ failureRatio: 0, requestVolume: 1 }).failures(1).pass(5_000);
    expect([1, 2, 3].map(() => breaker.enter() !== undefined)).toEqual([true, false, false]);
  });

  test('When half-open, a filtered error should close the circuit', () => {
    // What is no failure of the callee is a success.
    expect(new Fixture().failures(5).pass(5_000).successes(1).state).toBe('closed');
  });

  test('volume threshold does not affect halfOpen state', () => {
    expect(new Fixture({ requestVolume: 100 }).failures(100).pass(5_000).failures(1).state).toBe('open');
  });

  test('ten thousand breakers that are closed have no timer', () => {
    const breakers = Array.from({ length: 10_000 }, () => new Fixture({ requestVolume: 10 }).failures(1));
    expect(jest.getTimerCount()).toBe(0);
    expect(breakers.every(({ clock }) => clock.pendingTimers === 0)).toBe(true);
  });
});
