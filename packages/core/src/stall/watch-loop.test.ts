import { VirtualClock } from '@fairlead/testing';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { EVENT_LOOP_STALL_MS, NO_STALLS, watchLoop, type WatchedStalls } from './watch-loop.js';

let clock: VirtualClock;
let told: number[];
let watch: WatchedStalls;

beforeEach(() => {
  clock = new VirtualClock({ startMs: 1_000 });
  told = [];
  watch = watchLoop(clock, 50, (durationMs) => told.push(durationMs));
});

/** Something is under way from here on. @returns when it began. */
function begin(on = watch): number {
  on.enter(clock.now());
  return clock.now();
}

describe('the timer', () => {
  test('is there while somebody is inside, one for all channels of a clock', () => {
    const other = watchLoop(clock, 50);
    expect(clock.pendingTimers).toBe(0);
    begin();
    begin();
    begin(other);
    expect([clock.pendingTimers, clock.pendingKeepAliveTimers]).toEqual([1, 0]);
    clock.advance(1_000);
    watch.leave(clock.now());
    watch.leave(clock.now());
    expect(clock.pendingTimers).toBe(1);
    other.leave(clock.now());
    expect(clock.pendingTimers).toBe(0);
  });

  test('is gone when all leave in the beat that tells of a stall', () => {
    watch = watchLoop(clock, 50, () => watch.leave(clock.now()));
    begin();
    clock.block(300);
    clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is gone when the watch is closed, whoever is still inside', () => {
    const from = begin();
    watch.close();
    begin();
    expect(clock.pendingTimers).toBe(0);
    clock.block(300);
    expect(watch.distorts(from, clock.now())).toBe(false);
    watch.leave(clock.now());
    watch.close();
    expect(told).toEqual([]);
  });
});

describe('a stall', () => {
  test('is told once, with its length, and counted', () => {
    begin();
    clock.advance(100);
    clock.block(300);
    clock.advance(1_000);
    expect(told).toEqual([280]);
    expect(watch.counts).toEqual({ count: 1, totalMs: 280 });
  });

  test('is told when the last call ends in it, before any timer runs', () => {
    begin();
    clock.block(300);
    watch.leave(clock.now());
    expect(told).toEqual([280]);
    clock.advance(1_000);
    expect(told).toEqual([280]);
  });

  test('is told to those who had something under way, each by its own threshold', () => {
    const idle: number[] = [];
    watchLoop(clock, 50, (durationMs) => idle.push(durationMs));
    const patient: number[] = [];
    begin(watchLoop(clock, 500, (durationMs) => patient.push(durationMs)));
    begin();
    clock.block(300);
    clock.advance(0);
    expect([told, idle, patient]).toEqual([[280], [], []]);
  });

  test('is over when the loop has come round, and not with the next timer', () => {
    const from = begin();
    clock.block(300);
    let inTheSameRun: boolean | undefined;
    // The beat at 300 ms has run already; this timer is due too, and sockets come after it.
    clock.schedule(0, () => (inTheSameRun = watch.distorts(from, clock.now())));
    clock.advance(0);
    expect(inTheSameRun).toBe(true);
    clock.advance(40);
    const later = begin();
    clock.advance(10);
    expect(watch.distorts(later, clock.now())).toBe(false);
  });

  test('is not what passed while nobody was inside', () => {
    const from = begin();
    watch.leave(clock.now());
    clock.advance(500);
    expect([watch.distorts(from, clock.now()), watch.missingMs(100, from, clock.now())]).toEqual([false, 0]);
  });

  test('before anybody was inside is nobody’s', () => {
    clock.block(300);
    const from = begin();
    clock.advance(30);
    expect([watch.distorts(from, clock.now()), told]).toEqual([false, []]);
  });
});

describe('an answer that is missing', () => {
  test('is excused when a stall is just ending, or when half of the time was stalled', () => {
    const from = begin();
    clock.advance(200);
    clock.block(300);
    expect(watch.excuses(from, clock.now())).toBe(true);
    clock.advance(100);
    expect(watch.excuses(from, clock.now())).toBe(true);
    clock.advance(20);
    expect(watch.excuses(from, clock.now())).toBe(false);
  });

  test('is not excused by stalls that took less, however many: a dead pod must be found', () => {
    const from = begin();
    for (let n = 0; n < 5; n += 1) {
      clock.advance(1_700);
      clock.block(300);
    }
    clock.advance(100);
    expect([watch.excuses(from, clock.now()), watch.counts.count]).toEqual([false, 5]);
  });

  test('is not excused at the moment of the beginning', () => {
    expect(watch.excuses(begin(), clock.now())).toBe(false);
  });
});

describe('the threshold', () => {
  test('of Infinity switches everything off', () => {
    expect(watchLoop(clock, Infinity)).toBe(NO_STALLS);
    expect([NO_STALLS.distorts(0, 1e9), NO_STALLS.excuses(0, 1e9), NO_STALLS.missingMs(1, 0, 1e9)]).toEqual([
      false,
      false,
      0,
    ]);
  });

  test('is 50 ms unless said otherwise, and at least 10', () => {
    expect(EVENT_LOOP_STALL_MS.check(undefined, 'eventLoopStallMs')).toBe(50);
    expect(() => EVENT_LOOP_STALL_MS.check(9, 'eventLoopStallMs')).toThrow(
      'eventLoopStallMs: 9 (expected: a duration, at least 10 ms, or Infinity)',
    );
  });
});
