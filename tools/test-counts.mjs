import { existsSync, readFileSync } from 'node:fs';
import { readJson } from './workspace.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * A step that is one check.
 *
 * @param {boolean} failed whether its command failed
 * @returns {Counts}
 */
export function countOne(failed) {
  return failed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
}

/**
 * The tests of a jest report (`--json --outputFile`). A suite that could not even be loaded counts as one failure.
 *
 * @returns {Counts}
 */
export function countJest(reportFile, failed) {
  if (!existsSync(reportFile)) return countOne(true);
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = readJson(reportFile);
  return neverHide(failed, { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites });
}

/**
 * The tests of a report of Node's test runner (`--test-reporter=tap`).
 *
 * @returns {Counts}
 */
export function countNodeTests(reportFile, failed) {
  if (!existsSync(reportFile)) return countOne(true);
  const text = readFileSync(reportFile, 'utf8');
  const number = (key) => Number(new RegExp(`^# ${key} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return neverHide(failed, { passed: number('pass'), failed: number('fail') + number('cancelled') });
}

/** A command that failed without a failed test failed all the same; so did a suite that ran nothing. */
function neverHide(failed, counts) {
  const nothingRan = counts.passed + counts.failed === 0;
  return (failed && counts.failed === 0) || nothingRan ? { ...counts, failed: counts.failed + 1 } : counts;
}
