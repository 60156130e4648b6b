import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import { GreedyClient, QueueingServer } from '../../test/support/queueing-server.js';
import { GradientLimit, type GradientSettings } from './gradient-limit.js';

const SETTINGS: GradientSettings = { initialLimit: 20, minLimit: 5, maxLimit: 400, tolerance: 1.25 };

function fixture(workers: number, change: Partial<GradientSettings> = {}) {
  const clock = new VirtualClock();
  const server = new QueueingServer(clock, new SeededRandom(1), workers, 100);
  const limit = new GradientLimit({ ...SETTINGS, ...change });
  const client = new GreedyClient(clock, server, limit);
  client.fill();
  /** What the last of so many minutes looked like. */
  const after = (minutes: number) => {
    clock.advance((minutes - 1) * 60_000);
    client.take();
    clock.advance(60_000);
    return { limit: limit.limit, ...client.take() };
  };
  return { clock, server, limit, client, after };
}

describe('over a server that serves C calls at once, and a client that would send any number', () => {
  test.each([
    [10, 1],
    [40, 1],
    [40, 1.25],
  ])(
    'of C = %i with tolerance %d it settles near tolerance · C + √limit, and the queue stays short',
    (workers, tolerance) => {
      const seen = fixture(workers, { tolerance }).after(7);
      const settled = tolerance * workers + Math.sqrt(seen.limit);
      expect(Math.abs(seen.limit - settled)).toBeLessThan(0.15 * settled);
      expect(seen.latencyMs).toBeLessThan((100 * settled * 1.1) / workers);
      // Two windows in sixty are probes; otherwise the server has always something to do.
      expect(seen.calls).toBeGreaterThan(0.95 * workers * 600);
    },
  );

  test('it gets there from far above, too', () => {
    const seen = fixture(10, { initialLimit: 400, tolerance: 1 }).after(9);
    expect(seen.limit).toBeLessThan(20);
    expect(seen.latencyMs).toBeLessThan(200);
  });

  test('it stays there: the queue does not become the usual', () => {
    expect(fixture(10).after(25).latencyMs).toBeLessThan(200);
  });

  test('a server that becomes slower for good is believed', () => {
    const { server, after } = fixture(40);
    const before = after(6);
    server.serviceMs = 200;
    const slower = after(4);
    expect(slower.limit).toBeGreaterThan(0.8 * before.limit);
    expect(slower.latencyMs).toBeLessThan(2.2 * before.latencyMs);
  });

  test('and one that becomes faster again', () => {
    const { server, after } = fixture(40);
    server.serviceMs = 200;
    after(6);
    server.serviceMs = 100;
    expect(after(4).latencyMs).toBeLessThan(180);
  });

  test('it follows the number of workers', () => {
    const { server, after } = fixture(40, { tolerance: 1 });
    after(5);
    server.workers = 10;
    expect(after(5).limit).toBeLessThan(20);
  });

  test('refusals keep it down where there is no queue that would show in the latency', () => {
    const { server, after } = fixture(10, { tolerance: 1 });
    server.maxQueue = 0;
    expect(after(3).limit).toBeLessThan(25);
  });
});

describe('the limit', () => {
  test('never leaves its bounds, whatever happens', () => {
    const { server, client, after } = fixture(40, { minLimit: 15, maxLimit: 30 });
    after(2);
    expect(client.seenLimits.max).toBe(30);
    server.serviceMs = 2_000;
    after(2);
    expect(client.seenLimits).toEqual({ min: 15, max: 30 });
  });

  test('does not grow while less than half of it is used', () => {
    const { clock, client, limit } = fixture(40);
    const was = limit.limit;
    client.demand = 0.4 * was;
    clock.advance(2_000);
    const now = limit.limit;
    clock.advance(120_000);
    expect(limit.limit).toBe(now);
  });

  test('is not lowered for a probe while it is not reached', () => {
    const { clock, client, limit } = fixture(100);
    clock.advance(5_000);
    client.demand = Math.ceil(0.8 * limit.limit);
    const { max } = client.seenLimits;
    client.seenLimits.min = Infinity;
    clock.advance(200_000);
    expect(client.seenLimits.min).toBeGreaterThanOrEqual(max);
  });

  test('falls by at most a tenth in a window, also when every call of it is dropped', () => {
    const limit = new GradientLimit({ ...SETTINGS, initialLimit: 100 });
    for (let now = 0; now <= 1_000; now += 100) limit.add({ latencyMs: 1, inFlight: 1, dropped: true }, now);
    expect(limit.limit).toBe(90);
  });

  test('does not change before a second and ten samples', () => {
    const limit = new GradientLimit(SETTINGS);
    for (let now = 0; now < 1_000; now += 10) limit.add({ latencyMs: 1, inFlight: 1, dropped: true }, now);
    expect(limit.limit).toBe(20);
    const other = new GradientLimit(SETTINGS);
    for (let now = 0; now < 9_000; now += 1_000) other.add({ latencyMs: 1, inFlight: 1, dropped: true }, now);
    expect(other.limit).toBe(20);
    other.add({ latencyMs: 1, inFlight: 1, dropped: true }, 9_000);
    expect(other.limit).toBe(18);
  });
});
