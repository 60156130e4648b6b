import type { CircuitBreakerConfig } from '@fairlead/core';
import { BREAKER_FAILURES, NO_STALLS } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Admission, BreakerState, Outcome } from './breaker.js';
import { OpossumBreaker } from './opossum-breaker.js';

const CONFIG: CircuitBreakerConfig = {
  failureRatio: 0.5,
  requestVolume: 10,
  windowMs: 10_000,
  openMs: 5_000,
  probeTimeoutMs: 1_000,
  failureStatusCodes: BREAKER_FAILURES,
};

/** A breaker in virtual time; opossum's one timer is the platform's, so that one is faked. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly states: BreakerState[] = [];
  readonly breaker: OpossumBreaker;

  constructor(config: Partial<CircuitBreakerConfig> = {}) {
    this.breaker = new OpossumBreaker({ ...CONFIG, ...config }, this.clock, NO_STALLS, (state) =>
      this.states.push(state),
    );
  }

  enter(): Admission {
    const admission = this.breaker.enter();
    if (admission === undefined) throw new Error('refused');
    return admission;
  }

  calls(count: number, outcome: Outcome): this {
    for (let n = 0; n < count; n++) this.breaker.leave(this.enter(), outcome);
    return this;
  }

  pass(ms: number): this {
    this.clock.advance(ms);
    jest.advanceTimersByTime(ms);
    return this;
  }
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the seven scenarios in which opossum alone does what a caller would not expect', () => {
  test('1: calls in flight do not thin out the failures', () => {
    const fixture = new Fixture();
    for (let n = 0; n < 20; n++) fixture.enter();
    fixture.calls(10, 'failure');
    expect(fixture.breaker.state).toBe('open');
  });

  test('2: after a successful probe the failures of before are forgotten', () => {
    const fixture = new Fixture().calls(10, 'failure').pass(5_000).calls(1, 'success');
    expect(fixture.breaker.state).toBe('closed');
    fixture.calls(9, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    fixture.calls(1, 'failure');
    expect(fixture.breaker.state).toBe('open');
  });

  test('3: a probe that never settles does not lock it: it has failed after its time, and another one follows', () => {
    const fixture = new Fixture().calls(10, 'failure').pass(5_000);
    fixture.enter();
    expect(fixture.breaker.enter()).toBeUndefined();
    fixture.pass(1_000);
    expect(fixture.breaker.state).toBe('open');
    fixture.pass(5_000).calls(1, 'success');
    expect(fixture.breaker.state).toBe('closed');
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  test('4: a late success of a call begun before it opened does not close it', () => {
    const fixture = new Fixture();
    const [early, earlier] = [fixture.enter(), fixture.enter()];
    fixture.calls(10, 'failure');
    fixture.breaker.leave(early, 'success');
    expect(fixture.breaker.state).toBe('open');
    fixture.pass(5_000);
    fixture.breaker.leave(earlier, 'success');
    expect(fixture.breaker.state).toBe('half-open');
  });

  test('5: a cancelled probe neither closes nor locks it', () => {
    const fixture = new Fixture().calls(10, 'failure').pass(5_000).calls(1, 'neutral');
    expect(fixture.breaker.state).toBe('open');
    fixture.pass(5_000).calls(1, 'success');
    expect(fixture.breaker.state).toBe('closed');
  });

  test('6: a storm of calls without an outcome of their own does not open it (capacity storm)', () => {
    const fixture = new Fixture().calls(1_000, 'neutral').calls(9, 'success');
    expect(fixture.breaker.state).toBe('closed');
    // Nor do they count as calls.
    fixture.calls(10, 'failure');
    expect(fixture.breaker.state).toBe('open');
  });

  test('7: no timer of its own for a call, a window or a snapshot, and none at all after shutdown', () => {
    const breakers = Array.from({ length: 100 }, () => new Fixture({ requestVolume: 1 }));
    for (const fixture of breakers) fixture.calls(3, 'success');
    expect(jest.getTimerCount()).toBe(0);
    for (const fixture of breakers) fixture.calls(4, 'failure');
    expect(jest.getTimerCount()).toBe(100);
    for (const fixture of breakers) fixture.pass(0).breaker.shutdown();
    expect([jest.getTimerCount(), breakers.reduce((sum, { clock }) => sum + clock.pendingTimers, 0)]).toEqual([0, 0]);
  });
});

describe('when it opens', () => {
  test('not before so many calls have ended', () => {
    const fixture = new Fixture().calls(9, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    expect(fixture.calls(1, 'failure').breaker.state).toBe('open');
  });

  test('when more than the ratio failed, not when just as many did', () => {
    const fixture = new Fixture().calls(5, 'success').calls(5, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    expect(fixture.calls(1, 'failure').breaker.state).toBe('open');
  });

  test('what is older than the window does not count', () => {
    const fixture = new Fixture().calls(9, 'failure').pass(10_000).calls(9, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    const inside = new Fixture().calls(9, 'failure').pass(8_000).calls(1, 'failure');
    expect(inside.breaker.state).toBe('open');
  });

  test('a long silence empties the window whole, and it goes on working', () => {
    const fixture = new Fixture().calls(9, 'failure').pass(3_600_000_000).calls(9, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    expect(fixture.calls(1, 'failure').breaker.state).toBe('open');
  });
});

describe('from open to closed', () => {
  test('open, then exactly one probe, then closed', () => {
    const fixture = new Fixture().calls(10, 'failure');
    expect([fixture.breaker.enter(), fixture.breaker.retryInMs]).toEqual([undefined, 5_000]);
    fixture.pass(4_999);
    expect([fixture.breaker.enter(), fixture.breaker.retryInMs]).toEqual([undefined, 1]);
    fixture.pass(1);
    const probe = fixture.enter();
    expect(fixture.breaker.enter()).toBeUndefined();
    fixture.breaker.leave(probe, 'success');
    expect(fixture.states).toEqual(['open', 'half-open', 'closed']);
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  test('a failed probe opens it for the whole time again', () => {
    const fixture = new Fixture().calls(10, 'failure').pass(5_000).calls(1, 'failure');
    expect([fixture.breaker.state, fixture.breaker.retryInMs]).toEqual(['open', 5_000]);
  });

  test('the outcome of a probe that was given up is late', () => {
    const fixture = new Fixture().calls(10, 'failure').pass(5_000);
    const probe = fixture.enter();
    fixture.pass(1_000).breaker.leave(probe, 'success');
    expect(fixture.breaker.state).toBe('open');
  });

  test('by hand, at any time, and what is in flight then does not count', () => {
    const fixture = new Fixture();
    const before = fixture.enter();
    fixture.breaker.open();
    expect(fixture.breaker.enter()).toBeUndefined();
    fixture.breaker.close();
    fixture.calls(9, 'failure').breaker.leave(before, 'failure');
    expect(fixture.breaker.state).toBe('closed');
    expect(jest.getTimerCount()).toBe(0);
  });
});
