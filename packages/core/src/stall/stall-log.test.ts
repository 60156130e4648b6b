import { describe, expect, test } from '@jest/globals';
import { StallLog } from './stall-log.js';

/** Beats every 20 ms, stalls from 50 ms on. */
function logWith(beats: readonly number[]): StallLog {
  const log = new StallLog(20, 50);
  const [first = 0, ...rest] = beats;
  log.start(first);
  for (const now of rest) log.beat(now);
  return log;
}

const every20Ms = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / 20) + 1 }, (_, index) => from + index * 20);

describe('what is a stall', () => {
  test('a beat that is late by the threshold, and not one that is late by less', () => {
    expect(logWith([0, 69.9]).count).toBe(0);
    expect(logWith([0, 70])).toMatchObject({ count: 1, totalMs: 50 });
  });

  test('not a loop that is busy with many short turns, nor one with many turns of medium length', () => {
    expect(logWith(every20Ms(0, 10_000)).count).toBe(0);
    expect(logWith(Array.from({ length: 100 }, (_, index) => index * 60)).count).toBe(0);
  });

  test('turns of medium length between which the loop never comes round are one', () => {
    expect(logWith([0, 20, 5 * 40 + 20])).toMatchObject({ count: 1, totalMs: 180 });
  });

  test('a process that was not given the CPU for an hour', () => {
    expect(logWith([0, 20, 3_600_020])).toMatchObject({ count: 1, totalMs: 3_599_980 });
  });

  test('time in which there were no beats is none', () => {
    const log = logWith([0, 20]);
    log.start(5_000);
    expect([log.isStalled(5_000), log.isStalled(5_069), log.count]).toEqual([false, false, 0]);
  });

  test('beats are counted for ever, and remembered for a while', () => {
    const log = logWith([0]);
    for (let n = 1; n <= 1_000; n += 1) log.beat(n * 100);
    expect(log).toMatchObject({ count: 1_000, totalMs: 80_000 });
    expect(log.stalledMs(0, 100_000)).toBe(32 * 100);
  });
});

describe('a time that ends in a stall is distorted', () => {
  test('also before the beat that tells of it: sockets are read before timers run', () => {
    const log = logWith([0, 20]);
    expect([log.distorts(10, 89), log.distorts(10, 90)]).toEqual([false, true]);
  });

  test('until the loop has come round, because what arrived in the stall is still to be read', () => {
    const log = logWith([0, 20, 320]);
    expect(log.distorts(10, 325)).toBe(true);
    log.beat(340);
    expect(log.distorts(10, 341)).toBe(true);
    log.cameRound();
    expect(log.distorts(10, 342)).toBe(false);
  });
});

describe('a time that begins in a stall is distorted', () => {
  const log = logWith([0, 20, 320, 340, 360]);
  log.cameRound();

  test.each([
    [19, false],
    [20, true],
    [200, true],
    [320, true],
    [321, false],
  ])('begun at %p: %p', (from, distorted) => {
    expect(log.distorts(from, 365)).toBe(distorted);
  });

  test('one that lies around the stall is not: what arrived then was read before its end', () => {
    expect(log.distorts(0, 365)).toBe(false);
  });
});

describe('how much of a time was stalled', () => {
  const log = logWith([0, 20, 320, 340, 640]);
  log.cameRound();

  test.each([
    [0, 640, 600],
    [100, 640, 520],
    [330, 600, 260],
    [321, 339, 0],
    [700, 705, 0],
  ])('from %p to %p: %p ms', (from, to, expected) => {
    expect(log.stalledMs(from, to)).toBe(expected);
  });

  test('the stall that is just ending counts', () => {
    expect(log.stalledMs(700, 740)).toBe(40);
  });
});

describe('what is missing of a wait', () => {
  test('nothing when nothing stalled, fractions of a millisecond included', () => {
    expect(logWith(every20Ms(0, 100)).missingMs(100, 0.3, 100)).toBe(0);
  });

  test('the time that was stalled', () => {
    const log = logWith([0, 20, 320]);
    log.cameRound();
    expect(log.missingMs(100, 0, 325)).toBe(75);
  });

  test('right after a stall always something, so that the sockets are read', () => {
    const log = logWith([0, 20, 40, 60, 80, 100]);
    expect(log.missingMs(100, 0, 400)).toBe(20);
    log.beat(400);
    expect(log.missingMs(100, 0, 400)).toBe(20);
    log.cameRound();
    expect(log.missingMs(100, 0, 401)).toBe(0);
  });
});
