import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Ewma } from './ewma.js';

describe('Ewma', () => {
  test('is 0 before the first sample, at any time', () => {
    const ewma = new Ewma(10);
    expect([ewma.valueAt(-1e9), ewma.valueAt(0), ewma.valueAt(1e9)]).toEqual([0, 0, 0]);
  });

  test('takes the first sample as it is, however far below zero the clock starts', () => {
    for (const start of [-1e9, 0, 1e12]) {
      for (const add of ['add', 'addPeak'] as const) {
        const ewma = new Ewma(10);
        ewma[add](60, start);
        expect(ewma.valueAt(start)).toBe(60);
      }
    }
  });

  test('decays to 1/e in the decay time, and reading it changes nothing', () => {
    const ewma = new Ewma(10_000);
    ewma.addPeak(100, 0);
    for (let reads = 0; reads < 1_000; reads++) ewma.valueAt(reads * 10);
    expect(ewma.valueAt(10_000)).toBeCloseTo(100 / Math.E, 10);
    expect(ewma.valueAt(0)).toBe(100);
    // e^−70: small, not yet nothing.
    expect(ewma.valueAt(700_000)).toBeGreaterThan(0);
  });

  test('a peak counts in full, a lower sample moves the value by what the time allows', () => {
    const ewma = new Ewma(1_000);
    ewma.addPeak(10, 0);
    ewma.addPeak(500, 1);
    expect(ewma.valueAt(1)).toBe(500);
    ewma.addPeak(10, 1 + 1_000);
    const left = 1 / Math.E;
    const decayed = 500 * left;
    expect(ewma.valueAt(1_001)).toBeCloseTo(decayed * left + 10 * (1 - left), 9);
  });

  test('the plain average does not jump to a peak', () => {
    const ewma = new Ewma(1_000);
    ewma.add(10, 0);
    ewma.add(500, 1);
    expect(ewma.valueAt(1)).toBeLessThan(11);
  });

  test('a least weight forgets however fast samples come', () => {
    const ewma = new Ewma(1_000);
    ewma.addPeak(100, 0);
    ewma.addPeak(0, 0, 0.5);
    expect(ewma.valueAt(0)).toBe(50);
  });

  test('a change of the decay time counts from now on', () => {
    const ewma = new Ewma(1_000);
    ewma.addPeak(100, 0);
    ewma.changeDecayTime(100, 1_000);
    expect(ewma.valueAt(1_000)).toBeCloseTo(100 / Math.E, 10);
    expect(ewma.valueAt(1_100)).toBeCloseTo(100 / Math.E ** 2, 10);
  });

  test('a clock that was set back: the value decays from there on, also when it is only read', () => {
    for (const begin of ['valueAt', 'add'] as const) {
      const ewma = new Ewma(1_000);
      ewma.addPeak(100, 3_600_000);
      if (begin === 'valueAt') expect(ewma.valueAt(0)).toBe(100);
      else ewma.add(0, 0);
      expect(ewma.valueAt(0)).toBe(100);
      expect(ewma.valueAt(1_000)).toBeCloseTo(100 / Math.E, 10);
      ewma.addPeak(200, 500);
      expect(ewma.valueAt(1_500)).toBeCloseTo(200 / Math.E, 10);
    }
  });

  test('a quick answer never makes a reader see a worse value, and a peak never a better one', () => {
    const step = fc.record({
      sample: fc.double({ min: 0, max: 1e6, noNaN: true }),
      after: fc.double({ min: 0, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ewma = new Ewma(10_000);
        let now = 0;
        for (const { sample, after } of steps) {
          now += after;
          const before = ewma.valueAt(now);
          ewma.addPeak(sample, now);
          const value = ewma.valueAt(now);
          const slack = 1e-9 * before;
          expect(value).toBeGreaterThanOrEqual(Math.min(sample, before) - slack);
          expect(value).toBeLessThanOrEqual(Math.max(sample, before) + slack);
          if (sample >= before) expect(value).toBe(sample);
        }
      }),
    );
  });
});
