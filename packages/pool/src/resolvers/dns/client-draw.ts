import type { Random } from '@fairlead/core';

const draws = new WeakMap<Random, number>();

/**
 * In which of a hundred parts of all clients this one is, 0 to 99: drawn once for the source of randomness, and so once
 * for the process. Drawn at each look-up, as gRFC A2 has it, a client would go back and forth between two configs, and a
 * pool that wakes would belong to others than before; two channels of one process belong together, too.
 */
export function clientDraw(random: Random): number {
  const draw = draws.get(random) ?? Math.floor(random.next() * 100);
  draws.set(random, draw);
  return draw;
}
