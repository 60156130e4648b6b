import { expect, test } from '@jest/globals';
import { reproduce, unfulfilled, type Beside, type PublishedResult } from '../../src/published/published-result.js';

const SEED = 1;

/** A published result comes out here, too, or a better one. Prints the figures, and those beside them. */
export function judgePublished(published: PublishedResult): void {
  test(`${published.name}: ${published.figure}`, () => {
    const { figures, beside } = reproduce(published, SEED);
    print(published, published, figures);
    if (published.beside !== undefined) print(published, published.beside, beside);
    expect(unfulfilled(published, figures)).toEqual([]);
  });
}

function print({ name }: PublishedResult, { figure, format }: Beside, figures: ReadonlyMap<string, number>): void {
  const line = [...figures].map(([policy, value]) => `${policy} ${format(value)}`).join(', ');
  process.stdout.write(`${name}, seed ${SEED}: ${figure}: ${line}\n`);
}
