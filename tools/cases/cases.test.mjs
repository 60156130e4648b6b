import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromRoot } from '../workspace.mjs';
import { problemsOf, readCaseLists } from './case-lists.mjs';
import { notPassed, readRecordedRun } from './recorded-run.mjs';
import { matches } from './reference.mjs';
import { renderCases } from './render-cases.mjs';
import { testTitles } from './test-titles.mjs';

const AGAIN = 'write the record and the page anew with `npm run cases`';
const lists = readCaseLists();
const run = readRecordedRun();

test('each case has tests, or a reason why it has none, or says what is open', () => {
  assert.deepEqual(problemsOf(lists), []);
});

test('each test that a case names passed in the recorded run', () => {
  assert.deepEqual(notPassed(run, lists), [], AGAIN);
});

for (const [file, tests] of Object.entries(run.files)) {
  test(`the recorded tests of ${file} are in its source`, () => {
    const path = fromRoot('packages', file);
    assert.ok(existsSync(path), AGAIN);
    const declared = testTitles(readFileSync(path, 'utf8'));
    const isDeclared = ({ titles }) =>
      declared.some((each) => each.length === titles.length && each.every((pattern, n) => matches(pattern, titles[n])));
    const gone = tests.filter((each) => !isDeclared(each)).map(({ titles }) => titles.join(' › '));
    assert.deepEqual(gone, [], AGAIN);
  });
}

test('the page says what the lists and the recorded run say', () => {
  assert.equal(readFileSync(fromRoot('docs/reference/cases.md'), 'utf8'), renderCases(lists, run), AGAIN);
});
