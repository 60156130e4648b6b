import type { Random } from '@fairlead/core';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { log, sqrt } = Math;

/** A draw of the exponential distribution with this mean. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * log(1 - random.next());
}

/**
 * A draw of the standard normal distribution (Marsaglia's polar method). It needs logarithm and square root only: sine and
 * cosine are not the same to the last bit in all versions of V8.
 */
export function drawNormal(random: Random): number {
  for (;;) {
    const x = 2 * random.next() - 1;
    const y = 2 * random.next() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * sqrt((-2 * log(square)) / square);
  }
}

/** A draw of the uniform distribution between the two. */
export function drawBetween(random: Random, min: number, max: number): number {
  return min + (max - min) * random.next();
}
