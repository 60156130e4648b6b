import type { Random } from '@fairlead/core';
import { drawExponential, drawNormal } from './draw.js';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { exp, log, sqrt } = Math;

/** How long a server works on a call, in ms. */
export type ServiceTime = (random: Random) => number;

export function constant(ms: number): ServiceTime {
  return () => ms;
}

export function exponential(meanMs: number): ServiceTime {
  return (random) => drawExponential(random, meanMs);
}

/**
 * Lognormal by its median m and its standard deviation s. With x = e^(σ²): s² = m²·x·(x − 1), so
 * x = (1 + √(1 + 4(s/m)²)) / 2.
 */
export function logNormal(shape: { readonly medianMs: number; readonly sdMs: number }): ServiceTime {
  const ratio = shape.sdMs / shape.medianMs;
  const sigma = sqrt(log((1 + sqrt(1 + 4 * ratio * ratio)) / 2));
  return (random) => shape.medianMs * exp(sigma * drawNormal(random));
}

/** Most calls are of one kind, and a share of `ratio` (0–1) is of the other: a cache that misses, a method that is dear. */
export function bimodal(usual: ServiceTime, other: ServiceTime, ratio: number): ServiceTime {
  return (random) => (random.next() < ratio ? other(random) : usual(random));
}
