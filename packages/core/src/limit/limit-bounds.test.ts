import { describe, expect, test } from '@jest/globals';
import { contradictingBounds, limitBounds } from './limit-bounds.js';

describe('what is not given', () => {
  test.each([
    [{}, [5, 20, 200]],
    [{ maxLimit: 3 }, [3, 3, 3]],
    [{ maxLimit: 10 }, [5, 10, 10]],
    [{ minLimit: 50 }, [50, 50, 200]],
    [{ minLimit: 500 }, [500, 500, 500]],
    [{ initialLimit: 2 }, [2, 2, 200]],
    [{ initialLimit: 300 }, [5, 300, 300]],
    [{ minLimit: 1, initialLimit: 1, maxLimit: 1 }, [1, 1, 1]],
  ])('makes way for what is: %j', (given, expected) => {
    const { minLimit, initialLimit, maxLimit } = limitBounds(given);
    expect([minLimit, initialLimit, maxLimit]).toEqual(expected);
  });
});

test.each([
  [{ minLimit: 6, initialLimit: 5 }, ['minLimit', 'initialLimit']],
  [{ initialLimit: 6, maxLimit: 5 }, ['initialLimit', 'maxLimit']],
  [{ minLimit: 6, maxLimit: 5 }, ['minLimit', 'maxLimit']],
  [{ minLimit: 5, initialLimit: 5, maxLimit: 5 }, undefined],
  [{}, undefined],
])('%j contradicts itself: %j', (given, expected) => {
  expect(contradictingBounds(given)).toEqual(expected);
});
