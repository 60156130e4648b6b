import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.js';

test('finds the lines wherever the stream is cut, within characters, too', () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
      const splitter = new LineSplitter();
      const found: string[] = [];
      for (let start = 0, n = 0; start < bytes.length; n += 1) {
        const end = start + (cuts[n] ?? 3);
        found.push(...splitter.push(bytes.subarray(start, end)));
        start = end;
      }
      const sent = lines.map((each) => Buffer.from(each).toString()).filter((each) => each.trim() !== '');
      expect(found).toEqual(sent);
    }),
  );
});

test('what does not end with a newline is no line', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('a\nb'))).toEqual(['a']);
  expect(splitter.push(Buffer.from('c\n\n\r\n'))).toEqual(['bc']);
});

test('refuses a line of more than 16 MiB, before it has all of it', () => {
  const splitter = new LineSplitter();
  const mebibyte = Buffer.alloc(2 ** 20, 'x');
  for (let n = 0; n < 16; n += 1) splitter.push(mebibyte);
  expect(() => splitter.push(Buffer.from('x'))).toThrow('a line of more than 16777216 bytes');
});
