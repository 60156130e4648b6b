import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot, readJson } from '../workspace.mjs';

/**
 * @typedef {object} Case what a test of somebody else shows. One of `tests`, `notApplicable` and `open` says what we have.
 * @property {string} case its name there, exactly
 * @property {readonly string[]} [tests] references to tests of ours, see `reference.mjs`
 * @property {string} [note] where ours departs from it, and why
 * @property {string} [notApplicable] why it means nothing for a client like ours; a key of `reasons`, or the reason
 * @property {string} [open] what is missing
 *
 * @typedef {object} CaseList one list of cases, `docs/reference/cases/*.json`
 * @property {string} topic
 * @property {string} source a repository and a file, as people say it
 * @property {string} url where it was read, at a fixed version
 * @property {string} [about]
 * @property {Readonly<Record<string, string>>} [reasons] those that several cases share
 * @property {readonly Case[]} cases
 */

const DIRECTORY = 'docs/reference/cases';

/** In the order of the page. */
export const TOPICS = [
  'Retries and hedging',
  'Connectivity and backoff',
  'Retry budgets',
  'Circuit breaking and bulkheads',
  'GOAWAY, keepalive and connection age',
  'Load balancing',
  'Health checking',
  'OpenTelemetry',
  'Names and DNS',
  'Service config',
  'Kubernetes',
];

/** All of them, in the order of the page. @returns {CaseList[]} */
export function readCaseLists() {
  const names = readdirSync(fromRoot(DIRECTORY)).filter((name) => name.endsWith('.json'));
  const lists = names.sort().map((name) => readJson(fromRoot(join(DIRECTORY, name))));
  return TOPICS.flatMap((topic) => lists.filter((list) => list.topic === topic));
}

/** What is wrong with the lists themselves: a case skipped without a word, said twice, named twice. @returns {string[]} */
export function problemsOf(lists) {
  return lists.flatMap(({ source, cases, reasons = {} }) => {
    const names = new Set();
    const used = new Set(cases.map(({ notApplicable }) => notApplicable));
    const unused = Object.keys(reasons).filter((key) => !used.has(key));
    return [
      ...unused.map((key) => `${source}: no case gives the reason "${key}"`),
      ...cases.flatMap((each) => problemsOfCase(each, names).map((problem) => `${source}, ${each.case}: ${problem}`)),
    ];
  });
}

function problemsOfCase(each, names) {
  const problems = [];
  if (names.has(each.case)) problems.push('named twice');
  names.add(each.case);
  const said = ['tests', 'notApplicable', 'open'].filter((key) => each[key] !== undefined && each[key].length > 0);
  if (said.length === 1) return problems;
  return [...problems, `needs tests, or a reason, or what is open: has ${said.join(' and ') || 'nothing'}`];
}
