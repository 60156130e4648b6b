import { describe, expect, test } from '@jest/globals';
import { Engine } from '../engine/engine.js';
import { ClosedLoop, PoissonArrivals } from './arrivals.js';

describe('arrivals', () => {
  test('an open loop makes so many calls per second, whatever becomes of them, until it is stopped', () => {
    const engine = new Engine(4);
    let calls = 0;
    const arrivals = new PoissonArrivals(engine, 'client-0', 200);
    arrivals.start(() => calls++);
    engine.runUntil(100_000);
    // 20 000 calls, 5 σ.
    expect(Math.abs(calls - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    arrivals.stop();
    const before = calls;
    engine.runUntil(200_000);
    expect(calls).toBe(before);
  });

  test('a closed loop has never more calls than workers, and makes the next ones when the last have ended', () => {
    const engine = new Engine(4);
    let [open, most, calls] = [0, 0, 0];
    const arrivals = new ClosedLoop(engine, 'client-0', 3, 50);
    arrivals.start((onEnd) => {
      calls++;
      most = Math.max(most, ++open);
      engine.after(50, () => {
        open--;
        onEnd();
      });
    });
    engine.runUntil(100_000);
    expect(most).toBe(3);
    // Three workers, 100 ms for each round.
    expect(Math.abs(calls - 3_000)).toBeLessThan(5 * Math.sqrt(3_000));
  });
});
