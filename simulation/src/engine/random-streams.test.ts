import { expect, test } from '@jest/globals';
import { RandomStreams } from './random-streams.js';

test('a draw for one purpose leaves the numbers of all others as they were', () => {
  const [plain, drawn] = [new RandomStreams(7), new RandomStreams(7)];
  drawn.of('network/client-0').next();
  const numbers = (streams: RandomStreams): number[] =>
    Array.from({ length: 5 }, () => streams.of('service/pod-1').next());
  expect(numbers(drawn)).toEqual(numbers(plain));
});

test('purposes and seeds have numbers of their own', () => {
  const purposes = Array.from({ length: 1_000 }, (_, index) => `service/pod-${index}`);
  const firsts = [1, 2].flatMap((seed) => {
    const streams = new RandomStreams(seed);
    return purposes.map((purpose) => streams.of(purpose).next());
  });
  expect(new Set(firsts).size).toBe(2_000);
});
