import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testTitles } from './test-titles.mjs';

test('titles are told with those of their suites, whatever a run puts in them as *', () => {
  const source = `
    describe('a suite', () => {
      test('it\\'s a test', () => undefined);
      test.each([[1]])('%i of $name.first', () => undefined);
      for (const each of all) test(\`each \${each}\`, () => undefined);
      describe.each(versions)('version %s', () => test(title, () => undefined));
    });
    test.skip('on its own', () => expect(test).toBe(test));
  `;
  assert.deepEqual(testTitles(source), [
    ['a suite', "it's a test"],
    ['a suite', '* of *'],
    ['a suite', 'each *'],
    ['a suite', 'version *', '*'],
    ['on its own'],
  ]);
});
