import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { countJest, countNodeTests, countOne } from './test-counts.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fairlead-counts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text) {
  const path = join(folder, String(Math.random()));
  writeFileSync(path, text);
  return path;
}

const jestReport = (passed, failed, broken) =>
  fileWith(JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken }));

test('a check counts as one', () => {
  assert.deepEqual(countOne(false), { passed: 1, failed: 0 });
  assert.deepEqual(countOne(true), { passed: 0, failed: 1 });
});

test('the tests of jest are counted, and suites that could not be loaded', () => {
  assert.deepEqual(countJest(jestReport(5, 0, 0), false), { passed: 5, failed: 0 });
  assert.deepEqual(countJest(jestReport(5, 2, 1), true), { passed: 5, failed: 3 });
});

test('the tests of the Node runner are counted', () => {
  assert.deepEqual(countNodeTests(fileWith('1..3\n# pass 2\n# fail 1\n# cancelled 0\n'), true), {
    passed: 2,
    failed: 1,
  });
});

test('a command that failed is a failure, whatever its report says', () => {
  assert.deepEqual(countJest(jestReport(5, 0, 0), true), { passed: 5, failed: 1 });
  assert.deepEqual(countJest(join(folder, 'absent'), false), { passed: 0, failed: 1 });
});

test('a suite that ran nothing is a failure', () => {
  assert.deepEqual(countJest(jestReport(0, 0, 0), false), { passed: 0, failed: 1 });
  assert.deepEqual(countNodeTests(fileWith('# pass 0\n# fail 0\n'), false), { passed: 0, failed: 1 });
});
