import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SystemClock, systemClock } from './system-clock.js';

describe('SystemClock', () => {
  test('measures monotonic time apart from wall-clock time', () => {
    const before = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(Math.abs(systemClock.epochNow() - Date.now())).toBeLessThan(1_000);
  });

  test('never calls back synchronously, however late the time is', async () => {
    let synchronous = true;
    const fired = new Promise<boolean>((resolve) => systemClock.schedule(-5, () => resolve(synchronous), true));
    synchronous = false;
    expect(await fired).toBe(false);
  });

  test('does not keep the process alive unless asked to', () => {
    const unref = jest.spyOn(Object.getPrototypeOf(setTimeout(() => undefined, 0)) as NodeJS.Timeout, 'unref');
    systemClock.schedule(1, () => undefined, true).cancel();
    expect(unref).toHaveBeenCalledTimes(0);
    systemClock.schedule(1, () => undefined).cancel();
    expect(unref).toHaveBeenCalledTimes(1);
    unref.mockRestore();
  });
});

describe('SystemClock over long times', () => {
  const clock = new SystemClock();
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('fires once, at the time asked for, after more than 2^31 − 1 ms', () => {
    const fired: number[] = [];
    const delayMs = 3 * 2 ** 31;
    clock.schedule(delayMs, () => fired.push(clock.now()));
    const start = clock.now();
    jest.advanceTimersByTime(delayMs - 1);
    expect(fired).toEqual([]);
    jest.advanceTimersByTime(delayMs);
    expect(fired).toEqual([start + delayMs]);
  });

  test('an infinite delay never ends and can be cancelled in any of its parts', () => {
    let fired = 0;
    const timer = clock.schedule(Infinity, () => fired++);
    jest.advanceTimersByTime(5 * 2 ** 31);
    expect(jest.getTimerCount()).toBe(1);
    timer.cancel();
    timer.cancel();
    expect([jest.getTimerCount(), fired]).toEqual([0, 0]);
  });

  test('a cancelled timer does not fire, also when it was nearly due', () => {
    let fired = 0;
    const timer = clock.schedule(10, () => fired++);
    jest.advanceTimersByTime(9);
    timer.cancel();
    jest.advanceTimersByTime(10);
    expect(fired).toBe(0);
  });
});
