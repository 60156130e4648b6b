import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { srvAttributes } from './srv-attributes.js';

describe('srvAttributes', () => {
  test.each([
    ['Kubernetes: all alike', [[0, 33] as const, [0, 33] as const], [{}, {}]],
    ['weights', [[0, 60] as const, [0, 20] as const], [{ weight: 60 }, { weight: 20 }]],
    ['a weight of 0 beside others', [[0, 0] as const, [0, 5] as const], [{ weight: 1 }, { weight: 5 }]],
    ['priorities, from 0 on', [[20, 1] as const, [10, 1] as const], [{ priority: 1 }, { priority: 0 }]],
    [
      'both',
      [[10, 1] as const, [65_535, 0] as const, [10, 2] as const],
      [
        { priority: 0, weight: 1 },
        { priority: 1, weight: 1 },
        { priority: 0, weight: 2 },
      ],
    ],
  ])('%s', (_, records, expected) => {
    expect(srvAttributes(records.map(([priority, weight]) => ({ priority, weight })))).toEqual(expected);
  });

  test('keeps the order of priorities and the order of weights, and tells what endpoints may have', () => {
    const figure = fc.record({ priority: fc.nat(65_535), weight: fc.nat(65_535) });
    fc.assert(
      fc.property(fc.array(figure), (records) => {
        const told = srvAttributes(records).map(({ priority = 0, weight = 1 }) => ({ priority, weight }));
        records.forEach((a, i) => {
          expect(told[i]!.weight).toBeGreaterThanOrEqual(1);
          records.forEach((b, j) => {
            expect(Math.sign(told[i]!.priority - told[j]!.priority)).toBe(Math.sign(a.priority - b.priority));
            if (a.weight >= b.weight) expect(told[i]!.weight).toBeGreaterThanOrEqual(told[j]!.weight);
          });
        });
        expect(new Set(told.map(({ priority }) => priority)).size).toBe(
          records.length === 0 ? 0 : Math.max(...told.map(({ priority }) => priority)) + 1,
        );
      }),
    );
  });
});
