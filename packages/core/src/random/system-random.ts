import type { Random } from './random.js';

/** 4 KB at a time: a few ns for each number. */
const words = new Uint32Array(1_024);
let left = 0;

function refill(): void {
  crypto.getRandomValues(words);
  left = words.length;
}

/**
 * Real randomness, of 32 bits a number. The only file of the core that touches the platform's generators; everything else takes
 * a `Random`.
 *
 * Not `Math.random`, whose answers are boxed: two draws would be all the garbage that a pick makes.
 */
export const systemRandom: Random = {
  next: () => {
    if (left === 0) refill();
    left -= 1;
    return words[left]! * 2 ** -32;
  },
};
