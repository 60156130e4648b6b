import { describe, expect, test } from '@jest/globals';
import { nearestName } from './nearest-name.js';

describe('nearestName', () => {
  const known = ['timeoutMs', 'maxAttempts', 'jitterRatio'];
  test.each([
    ['timeoutMS', 'timeoutMs'],
    ['tiemoutMs', 'timeoutMs'],
    ['timeout', 'timeoutMs'],
    ['maxAttempt', 'maxAttempts'],
    ['max_attempts', 'maxAttempts'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%j → %j', (given, expected) => {
    expect(nearestName(given, known)).toBe(expected);
  });

  test('prefers the nearest of several', () => {
    expect(nearestName('timeoutM', ['timeouts', 'timeoutMs'])).toBe('timeouts');
    expect(nearestName('timeoutMss', ['timeouts', 'timeoutMs'])).toBe('timeoutMs');
    expect(nearestName('x', [])).toBeUndefined();
  });
});
