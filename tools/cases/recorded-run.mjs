import { fromRoot, readJson } from '../workspace.mjs';
import { parseReference, refersTo, shortName } from './reference.mjs';

/**
 * @typedef {object} RecordedTest
 * @property {readonly string[]} titles its suites, and its own
 * @property {readonly string[]} results `passed`, `failed` …: one for each project that it ran in
 *
 * @typedef {object} RecordedRun what one run of the tests said of those that the cases name
 * @property {string} node
 * @property {readonly string[]} grpcJs versions
 * @property {Readonly<Record<string, readonly RecordedTest[]>>} files by the short name of the file
 */

const byName = ([a], [b]) => (a < b ? -1 : 1);

export const RECORDED_RUN = 'docs/reference/cases-run.json';

/** @returns {RecordedRun} */
export function readRecordedRun() {
  return readJson(fromRoot(RECORDED_RUN));
}

/**
 * What a jest report (`--json --outputFile`) says of the tests that the cases name.
 *
 * @returns {RecordedRun}
 */
export function recordRun(report, lists, { node, grpcJs }) {
  const references = lists.flatMap(({ cases }) => cases.flatMap(({ tests = [] }) => tests.map(parseReference)));
  const files = {};
  for (const [file, tests] of [...testsByFile(report)].sort(byName)) {
    const here = references.filter((reference) => reference.file === file);
    const named = tests.filter(({ titles }) => here.some((reference) => refersTo(reference, titles)));
    if (named.length > 0) files[file] = named;
  }
  return { node, grpcJs, files };
}

/** The run of some files, and what was recorded of the others that the cases name. @returns {RecordedRun} */
export function withRecorded(run, recorded, lists) {
  const named = new Set(
    lists.flatMap(({ cases }) => cases.flatMap(({ tests = [] }) => tests.map((text) => parseReference(text).file))),
  );
  const files = Object.entries({ ...recorded.files, ...run.files }).filter(([file]) => named.has(file));
  return { ...run, files: Object.fromEntries(files.sort(byName)) };
}

/** A file that runs in two projects is in the report twice, and its tests are merged. @returns {Map<string, RecordedTest[]>} */
function testsByFile(report) {
  const files = new Map();
  for (const { name, assertionResults } of report.testResults) {
    const file = shortName(name);
    if (file === undefined) continue;
    const tests = files.get(file) ?? [];
    files.set(file, tests);
    for (const { ancestorTitles, title, status } of assertionResults) add(tests, [...ancestorTitles, title], status);
  }
  return files;
}

function add(tests, titles, result) {
  const known = tests.find((each) => each.titles.join('\0') === titles.join('\0'));
  if (known) known.results.push(result);
  else tests.push({ titles, results: [result] });
}

/** The tests of the run that a reference means. @returns {readonly RecordedTest[]} */
export function resolve(run, text) {
  const reference = parseReference(text);
  return (run.files[reference.file] ?? []).filter(({ titles }) => refersTo(reference, titles));
}

/** References that name no test of the run, or one that did not pass. @returns {string[]} */
export function notPassed(run, lists) {
  return lists.flatMap(({ source, cases }) =>
    cases.flatMap((each) =>
      (each.tests ?? []).flatMap((text) => {
        const found = resolve(run, text);
        if (found.length === 0) return [`${source}, ${each.case}: not in the run: ${text}`];
        const bad = found.filter(({ results }) => results.some((result) => result !== 'passed'));
        return bad.map(({ titles, results }) => `${source}, ${each.case}: ${results}: ${titles.join(' › ')}`);
      }),
    ),
  );
}
