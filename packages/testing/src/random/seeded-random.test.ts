import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from './scripted-random.js';
import { SeededRandom } from './seeded-random.js';

const draw = (random: SeededRandom, count: number) => Array.from({ length: count }, () => random.next());

/** Σ (observed − expected)² / expected over equal classes. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('SeededRandom', () => {
  test('a seed repeats its numbers, another seed does not', () => {
    expect(draw(new SeededRandom(42), 50)).toEqual(draw(new SeededRandom(42), 50));
    const first = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, -1].map((seed) => new SeededRandom(seed).next());
    expect(new Set(first).size).toBe(first.length);
    expect(new SeededRandom(-7).seed).toBe(-7);
  });

  test('is uniform in [0, 1): 256 classes by value, and 16 × 16 by pairs', () => {
    const random = new SeededRandom(1);
    const values = new Array<number>(256).fill(0);
    const pairs = new Array<number>(256).fill(0);
    let outside = 0;
    for (let i = 0; i < 200_000; i++) {
      const a = random.next();
      const b = random.next();
      if (!(a >= 0 && a < 1)) outside++;
      values[Math.floor(a * 256)]!++;
      pairs[Math.floor(a * 16) * 16 + Math.floor(b * 16)]!++;
    }
    expect(outside).toBe(0);
    // χ² with 255 degrees of freedom exceeds 377 with probability 1e-6.
    expect(chiSquare(values)).toBeLessThan(377);
    expect(chiSquare(pairs)).toBeLessThan(377);
  });

  test('a fork draws other numbers and leaves the sequence of its origin determined', () => {
    const origin = new SeededRandom(3);
    const fork = origin.fork();
    expect(draw(fork, 5)).not.toEqual(draw(origin, 5));
    const again = new SeededRandom(3);
    draw(again.fork(), 1_000);
    expect(draw(again, 5)).toEqual(draw(skipFork(new SeededRandom(3)), 5));
  });

  test.each([0.5, Number.NaN, 2 ** 53])('refuses the seed %p', (seed) => {
    expect(() => new SeededRandom(seed)).toThrow(`seed: ${seed} (expected: a safe integer)`);
  });
});

function skipFork(random: SeededRandom): SeededRandom {
  random.fork();
  return random;
}

describe('ScriptedRandom', () => {
  test('answers its values once, then throws', () => {
    const random = new ScriptedRandom([0, 0.25]);
    expect([random.next(), random.next(), random.remaining]).toEqual([0, 0.25, 0]);
    expect(() => random.next()).toThrow('all 2 scripted random numbers were used');
  });

  test.each([1, -0.1, Number.NaN])('refuses %p', (value) => {
    expect(() => new ScriptedRandom([0.5, value])).toThrow('expected: numbers ≥ 0 and < 1');
  });
});
