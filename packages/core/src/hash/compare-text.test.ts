import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareText } from './compare-text.js';

describe('the order of texts', () => {
  test('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  test('puts characters above U+FFFF last, a beginning before the whole', () => {
    const texts = ['😀', '\uffee', 'b', 'ab', 'a', ''];
    expect(texts.toSorted(compareText)).toEqual(['', 'a', 'ab', 'b', '\uffee', '😀']);
  });
});
