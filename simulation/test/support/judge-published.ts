import { expect, test } from '@jest/globals';
import { reproduce, unfulfilled, type PublishedResult } from '../../src/published/published-result.js';

const SEED = 1;

/** A published result comes out here, too, or a better one. Prints the figures. */
export function judgePublished(published: PublishedResult): void {
  test(`${published.name}: ${published.figure}`, () => {
    const figures = reproduce(published, SEED);
    const line = [...figures].map(([policy, figure]) => `${policy} ${published.format(figure)}`).join(', ');
    process.stdout.write(`${published.name}, seed ${SEED}: ${published.figure}: ${line}\n`);
    expect(unfulfilled(published, figures)).toEqual([]);
  });
}
