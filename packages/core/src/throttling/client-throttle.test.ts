import { SeededRandom } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import { ClientThrottle, type ClientThrottlingOptions } from './client-throttle.js';

const MINUTE = 60_000;

/** A client that makes 100 calls a second to a callee that takes so many of them. */
function traffic(options: ClientThrottlingOptions = {}, capacity = Infinity) {
  const throttle = new ClientThrottle(options);
  const random = new SeededRandom(1);
  let now = 0;
  /** The callee takes a call when this is 1 or more. */
  let room = 1;
  return {
    throttle,
    get now() {
      return now;
    },
    /** @param perSecond what the callee accepts. @returns the shares of the calls that were sent and accepted. */
    run(ms: number, perSecond = capacity): { readonly sent: number; readonly accepted: number } {
      let [calls, sent, accepted] = [0, 0, 0];
      for (const end = now + ms; now < end; now += 10) {
        room = Math.min(3, room + perSecond / 100);
        calls += 1;
        if (!throttle.admits(now, random)) continue;
        sent += 1;
        const isAccepted = room > 1 - 1e-9;
        if (isAccepted) [accepted, room] = [accepted + 1, room - 1];
        throttle.ended(isAccepted, now);
      }
      return { sent: sent / calls, accepted: accepted / calls };
    },
  };
}

describe('the probability', () => {
  test('is max(0, (requests − K · accepts) / (requests + 1))', () => {
    const throttle = new ClientThrottle();
    expect(throttle.rejectionRatio(0)).toBe(0);
    throttle.ended(false, 0);
    expect(throttle.rejectionRatio(0)).toBe(1 / 2);
    throttle.ended(true, 0);
    expect(throttle.rejectionRatio(0)).toBe(0);
    for (let n = 0; n < 8; n++) throttle.ended(false, 0);
    expect(throttle.rejectionRatio(0)).toBe((10 - 2) / 11);
  });

  test('counts what was rejected here as a request', () => {
    const throttle = new ClientThrottle();
    expect(throttle.admits(0, { next: () => 0 })).toBe(true);
    throttle.ended(false, 0);
    expect(throttle.admits(0, { next: () => 0.4999 })).toBe(false);
    expect(throttle.rejectionRatio(0)).toBe(2 / 3);
    expect(throttle.admits(0, { next: () => 2 / 3 })).toBe(true);
    expect(throttle.rejectionRatio(0)).toBe(2 / 3);
  });

  test('K doubles with every ten accepted in a row, until one is rejected', () => {
    const throttle = new ClientThrottle();
    for (let n = 0; n < 200; n++) throttle.ended(false, 0);
    for (let n = 0; n < 9; n++) throttle.ended(true, 0);
    expect(throttle.rejectionRatio(0)).toBe((209 - 2 * 9) / 210);
    throttle.ended(true, 0);
    expect(throttle.rejectionRatio(0)).toBe((210 - 4 * 10) / 211);
    throttle.ended(false, 0);
    expect(throttle.rejectionRatio(0)).toBe((211 - 2 * 10) / 212);
  });

  test('does not hold the first call of a second back', () => {
    const throttle = new ClientThrottle();
    for (let n = 0; n < 100; n++) throttle.ended(false, 0);
    const unlucky = { next: () => 0 };
    expect([0, 1, 999, 1_000, 1_001].map((now) => throttle.admits(now, unlucky))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test('forgets what is older than the window', () => {
    const throttle = new ClientThrottle({ windowMs: 1_000 });
    throttle.ended(false, 0);
    expect(throttle.rejectionRatio(974)).toBe(0.5);
    expect(throttle.rejectionRatio(1_000)).toBe(0);
    throttle.ended(false, 1_000_000);
    expect(throttle.rejectionRatio(1_000_000)).toBe(0.5);
  });
});

describe('a callee', () => {
  test('that accepts all gets all', () => {
    expect(traffic().run(10 * MINUTE)).toEqual({ sent: 1, accepted: 1 });
  });

  test('that accepts more than half gets all: K = 2 lets so many through', () => {
    expect(traffic({}, 55).run(10 * MINUTE).sent).toBe(1);
  });

  test('that accepts a tenth gets a fifth: about as many again as it takes', () => {
    const client = traffic({}, 10);
    client.run(2 * MINUTE);
    const { sent, accepted } = client.run(10 * MINUTE);
    expect(accepted).toBeGreaterThan(0.095);
    expect(sent).toBeGreaterThan(0.19);
    expect(sent).toBeLessThan(0.21);
  });

  test('and with K = 1.1 a tenth more than it takes', () => {
    const client = traffic({ multiplier: 1.1 }, 10);
    client.run(2 * MINUTE);
    expect(client.run(10 * MINUTE).sent).toBeLessThan(0.12);
  });

  test('that is out gets next to nothing: the probability tends to 1', () => {
    const client = traffic({}, 0);
    client.run(4 * MINUTE);
    expect(client.throttle.rejectionRatio(client.now)).toBeGreaterThan(0.999);
    // One call a second goes out in any case.
    expect(client.run(MINUTE).sent).toBeLessThan(0.011);
  });

  test('that is back gets everything again within half a window, however long the outage was', () => {
    const client = traffic({}, 0);
    client.run(30 * MINUTE);
    client.run(MINUTE, 100);
    expect(client.run(MINUTE, 100)).toEqual({ sent: 1, accepted: 1 });
  });
});

test.each([
  [{ multiplier: 0.99 }, 'multiplier: 0.99 (expected: a number, 1 to 100)'],
  [{ multiplier: 100.1 }, 'multiplier: 100.1 (expected'],
  [{ multiplier: NaN }, 'multiplier: NaN (expected'],
  [{ windowMs: 999 }, 'windowMs: 999 (expected: a duration, 1000 to 3600000 ms)'],
  [{ windowMs: 3_600_001 }, 'windowMs: 3600001 (expected'],
  [{ k: 2 }, 'k: 2 (expected: unknown option'],
  [5, 'options: 5 (expected: an object)'],
])('%j is refused', (options, message) => {
  expect(() => new ClientThrottle(options as ClientThrottlingOptions)).toThrow(message);
});

test('at its limits an option is taken', () => {
  for (const multiplier of [1, 100]) new ClientThrottle({ multiplier });
  for (const windowMs of [1_000, 3_600_000]) new ClientThrottle({ windowMs });
});
