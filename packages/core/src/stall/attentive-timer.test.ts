import { VirtualClock } from '@fairlead/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { scheduleAttentively } from './attentive-timer.js';
import { watchLoop, type WatchedStalls } from './watch-loop.js';

let clock: VirtualClock;
let stalls: WatchedStalls;
let fired: number[];

beforeEach(() => {
  clock = new VirtualClock();
  stalls = watchLoop(clock, 50);
  fired = [];
});

const wait = (delayMs: number) => scheduleAttentively(clock, stalls, delayMs, () => fired.push(clock.now()));

describe('a wait for somebody else’s answer', () => {
  test('ends at its time when nothing stalls, and leaves nothing', () => {
    wait(500);
    clock.advance(499);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect([fired, clock.pendingTimers]).toEqual([[500], 0]);
  });

  test('ends as much later as the loop was stalled', () => {
    wait(500);
    clock.advance(100);
    clock.block(300);
    clock.advance(399);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect(fired).toEqual([800]);
  });

  test('does not end with the stall itself, when what has arrived is not read yet', () => {
    wait(500);
    clock.advance(490);
    clock.block(300);
    clock.advance(0);
    expect(fired).toEqual([]);
    clock.advance(20);
    expect(fired).toEqual([810]);
  });

  test('does end, however often the loop stalls: when it was made longer three times', () => {
    wait(500);
    for (let n = 0; n < 10; n += 1) {
      clock.block(300);
      clock.advance(1);
    }
    expect(fired).toHaveLength(1);
    expect(fired[0]).toBeLessThanOrEqual(4 * (500 + 300));
  });

  test('can be cancelled at any time, also while it is made longer, and more than once', () => {
    const timer = wait(500);
    clock.advance(490);
    clock.block(300);
    clock.advance(0);
    timer.cancel();
    timer.cancel();
    clock.advance(5_000);
    expect([fired, clock.pendingTimers]).toEqual([[], 0]);
  });
});
