import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReportedWeight } from './reported-weight.js';

const HOUR = 3_600_000;

const weightWith = (blackoutPeriodMs = 10_000, weightExpirationPeriodMs = 180_000): ReportedWeight =>
  new ReportedWeight({ blackoutPeriodMs, weightExpirationPeriodMs });

describe('ReportedWeight', () => {
  test('is not used until the member has reported for the blackout period', () => {
    const weight = weightWith();
    expect([weight.valueAt(0), weight.stateAt(0)]).toEqual([0, 'not-yet-usable']);
    weight.update(5, 1_000);
    weight.update(7, 2_000);
    expect([weight.valueAt(10_999), weight.stateAt(10_999)]).toEqual([0, 'not-yet-usable']);
    expect([weight.valueAt(11_000), weight.stateAt(11_000)]).toEqual([7, 'usable']);
  });

  test('without a blackout it is used at once', () => {
    const weight = weightWith(0);
    weight.update(5, 0);
    expect(weight.valueAt(0)).toBe(5);
    weight.becameReady();
    expect(weight.valueAt(1)).toBe(5);
  });

  test('is used until it expires, and then the blackout begins anew', () => {
    const weight = weightWith();
    weight.update(5, 0);
    expect([weight.valueAt(179_999), weight.valueAt(180_000), weight.stateAt(180_000)]).toEqual([5, 0, 'stale']);
    weight.update(6, 181_000);
    expect([weight.valueAt(181_000), weight.stateAt(190_999), weight.valueAt(191_000)]).toEqual([
      0,
      'not-yet-usable',
      6,
    ]);
  });

  test('after a new connection the blackout begins anew, with the first report', () => {
    const weight = weightWith();
    weight.update(5, 0);
    expect(weight.valueAt(20_000)).toBe(5);
    weight.becameReady();
    expect(weight.valueAt(30_001)).toBe(0);
    weight.update(6, 30_000);
    expect([weight.valueAt(39_999), weight.valueAt(40_000)]).toEqual([0, 6]);
  });

  test.each([0, NaN, -1])('a weight of %d is no report', (none) => {
    const weight = weightWith();
    weight.update(none, 0);
    weight.update(5, 1_000);
    weight.update(none, 50_000);
    expect([weight.valueAt(10_999), weight.valueAt(11_000), weight.valueAt(180_999)]).toEqual([0, 5, 5]);
    expect(weight.valueAt(181_000)).toBe(0);
  });

  test('a clock that is set back by an hour costs one blackout, and one that is set forth is too late', () => {
    const weight = weightWith();
    weight.update(5, HOUR);
    expect(weight.valueAt(HOUR + 10_000)).toBe(5);
    expect([weight.valueAt(0), weight.valueAt(10_000)]).toEqual([0, 5]);
    // Reported for the last time at 0, as the clock has it now.
    expect([weight.valueAt(179_999), weight.stateAt(180_000)]).toEqual([5, 'stale']);
    weight.update(6, 200_000);
    expect(weight.stateAt(200_000 + HOUR)).toBe('stale');
    weight.update(6, 200_000 + HOUR);
    expect(weight.valueAt(210_000 + HOUR)).toBe(6);
  });

  test('is what the rules of gRFC A58 say, read at any time', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      what: fc.constantFrom('report', 'nothing', 'ready', 'get'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 10_000), (steps, blackoutMs) => {
        const weight = weightWith(blackoutMs, 60_000);
        let [now, nonEmptySince, lastUpdated, expected] = [0, Infinity, -Infinity, 0];
        for (const [index, { afterMs, what }] of steps.entries()) {
          now += afterMs;
          if (what === 'ready') {
            weight.becameReady();
            nonEmptySince = Infinity;
          } else if (what === 'report') {
            weight.update(index + 1, now);
            if (nonEmptySince === Infinity) nonEmptySince = now;
            [lastUpdated, expected] = [now, index + 1];
          } else if (what === 'nothing') {
            weight.update(0, now);
          } else {
            const expired = now - lastUpdated >= 60_000;
            if (expired) nonEmptySince = Infinity;
            const hidden = expired || (blackoutMs > 0 && now - nonEmptySince < blackoutMs);
            expect(weight.valueAt(now)).toBe(hidden ? 0 : expected);
          }
        }
      }),
    );
  });
});
