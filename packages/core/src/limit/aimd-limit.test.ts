import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GreedyClient, QueueingServer } from '../../test/support/queueing-server.js';
import { AimdLimit } from './aimd-limit.js';

const SETTINGS = { initialLimit: 20, minLimit: 5, maxLimit: 400, backoffRatio: 0.9, latencyThresholdMs: 5_000 };
const good = { latencyMs: 10, inFlight: 20, dropped: false };
const drop = { ...good, dropped: true };

describe('the limit', () => {
  test('grows by one with each round of calls that use it', () => {
    const limit = new AimdLimit(SETTINGS);
    for (let n = 0; n < 20; n++) limit.add(good, n);
    expect(limit.limit).toBe(20);
    limit.add(good, 20);
    expect(limit.limit).toBe(21);
  });

  test('does not grow while less than half of it is used', () => {
    const limit = new AimdLimit(SETTINGS);
    for (let n = 0; n < 1_000; n++) limit.add({ ...good, inFlight: 9 }, n);
    expect(limit.limit).toBe(20);
  });

  test('a drop leaves backoffRatio of it, and so does a call that took too long', () => {
    const limit = new AimdLimit({ ...SETTINGS, initialLimit: 100 });
    limit.add(drop, 10);
    expect(limit.limit).toBe(90);
    limit.add({ ...good, latencyMs: 5_000 }, 10_000);
    expect(limit.limit).toBe(90);
    limit.add({ ...good, latencyMs: 5_001 }, 20_000);
    expect(limit.limit).toBe(81);
  });

  test('drops of calls that began before the last decrease tell of the same moment', () => {
    const limit = new AimdLimit({ ...SETTINGS, initialLimit: 100 });
    for (let n = 0; n < 50; n++) limit.add(drop, 10 + n / 10);
    expect(limit.limit).toBe(90);
    limit.add(drop, 20);
    expect(limit.limit).toBe(81);
  });

  test('never leaves its bounds', () => {
    const sample = fc.record({ latencyMs: fc.nat(10_000), inFlight: fc.nat(500), dropped: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        const limit = new AimdLimit({ ...SETTINGS, maxLimit: 30 });
        samples.forEach((one, n) => {
          limit.add(one, n * 1_000);
          expect(limit.limit).toBeGreaterThanOrEqual(5);
          expect(limit.limit).toBeLessThanOrEqual(30);
        });
      }),
    );
  });
});

describe('over a server that refuses what is too much', () => {
  test.each([
    [20, 200],
    [200, 200],
  ])(
    'from %i it settles within a tenth of what the server takes, and 1 % of the calls are refused',
    (initialLimit, maxLimit) => {
      const clock = new VirtualClock();
      const server = new QueueingServer(clock, new SeededRandom(1), 50, 20);
      server.maxQueue = 0;
      const limit = new AimdLimit({ ...SETTINGS, initialLimit, maxLimit });
      const client = new GreedyClient(clock, server, limit);
      client.fill();
      clock.advance(10_000);
      client.take();
      client.seenLimits.min = Infinity;
      client.seenLimits.max = 0;
      clock.advance(20_000);
      const { calls, drops, latencyMs } = client.take();
      expect(client.seenLimits).toEqual({ min: 45, max: 51 });
      expect(drops / (calls + drops)).toBeLessThan(0.01);
      expect(latencyMs).toBeLessThan(21);
    },
  );
});
