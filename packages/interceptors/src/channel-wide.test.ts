import { ClientThrottle, resolveConcurrencyLimit } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { ChannelWide } from './channel-wide.js';

const limitTo = (maxLimit: number) => resolveConcurrencyLimit({ minLimit: 1, initialLimit: maxLimit, maxLimit }, '');
const THROTTLING = { multiplier: 2, windowMs: 60_000 };

test('is nothing unless it is asked for', () => {
  const { limit, throttle, deadlineMarginMs, ...others } = new ChannelWide({});
  expect([limit, throttle, deadlineMarginMs, Object.keys(others)]).toEqual([undefined, undefined, 0, []]);
});

describe('the limit of a channel', () => {
  test('counts the calls under way also when it was gone meanwhile, and is told of for as long as there are some', () => {
    const whole = new ChannelWide({ concurrencyLimit: { initialLimit: 1 } });
    const limit = whole.limit!;
    expect(limit.take()).toBe(true);
    whole.configure({});
    expect([whole.limit, whole.limits()]).toEqual([undefined, [limit]]);
    whole.configure({ concurrencyLimit: limitTo(2) });
    expect([whole.limit, limit.running, limit.limits.maxConcurrent]).toEqual([limit, 1, 2]);
    whole.configure({});
    limit.release();
    expect(whole.limits()).toEqual([]);
    whole.configure({ concurrencyLimit: limitTo(2) });
    expect(whole.limits()).toEqual([limit]);
  });

  test('may come later', () => {
    const whole = new ChannelWide({});
    whole.configure({ concurrencyLimit: limitTo(3) });
    expect([whole.limit?.limits.maxConcurrent, whole.limits()]).toEqual([3, [whole.limit]]);
  });
});

test('the throttle of a channel knows of its callee while there is one', () => {
  const throttle = new ClientThrottle();
  const whole = new ChannelWide({ throttle });
  throttle.ended(false, 0);
  whole.configure({ clientThrottling: THROTTLING });
  expect([whole.throttle === throttle, throttle.rejectionRatio(0)]).toEqual([true, 1 / 2]);
  whole.configure({});
  expect(whole.throttle).toBeUndefined();
  whole.configure({ clientThrottling: THROTTLING });
  expect(whole.throttle?.rejectionRatio(0)).toBe(0);
});

test('the margin of a channel is 0 where none is said', () => {
  const whole = new ChannelWide({ deadlineMarginMs: 5 });
  whole.configure({ deadlineMarginMs: 7 });
  expect(whole.deadlineMarginMs).toBe(7);
  whole.configure({});
  expect(whole.deadlineMarginMs).toBe(0);
});
