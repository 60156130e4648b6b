import { describe, expect, test } from '@jest/globals';
import type { DisconnectReason } from './disconnect-reason.js';
import { ShortLives } from './short-lives.js';

/** Whether the member waits after each of these connections. */
function waits(...lives: readonly (readonly [number, DisconnectReason])[]): boolean[] {
  const shortLives = new ShortLives(1_000);
  return lives.map(([livedMs, reason]) => shortLives.mustBackOff(livedMs, reason));
}

describe('a connection that ended', () => {
  test('without GOAWAY is followed by backoff when it lived shorter than the first step of it', () => {
    expect(waits([999, 'unknown'], [1_000, 'unknown'], [0, 'connection reset'])).toEqual([true, false, true]);
  });

  test('by GOAWAY is replaced at once, however often, when it lived a tenth of that', () => {
    expect(waits([100, 'GOAWAY'], [100, 'GOAWAY'], [900, 'GOAWAY'])).toEqual([false, false, false]);
  });

  test('by GOAWAY at once is replaced at once the first time, and by backoff from the second in a row on', () => {
    const atOnce = [99, 'GOAWAY'] as const;
    expect(waits(atOnce, atOnce, atOnce, [100, 'GOAWAY'], atOnce, [0, 'unknown'], atOnce)).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
