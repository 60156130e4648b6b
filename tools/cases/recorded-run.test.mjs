import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './case-lists.mjs';
import { notPassed, recordRun, withRecorded } from './recorded-run.mjs';
import { renderCases } from './render-cases.mjs';

const assertion = (status, ...titles) => ({ status, title: titles.at(-1), ancestorTitles: titles.slice(0, -1) });
const suite = (name, ...assertionResults) => ({ name: `/somewhere/packages/${name}`, assertionResults });
const listOf = (...cases) => [{ topic: 'Retry budgets', source: 'them', url: 'https://them', cases }];
const record = (report, lists) => recordRun({ testResults: report }, lists, { node: 'v20', grpcJs: ['2', '1'] });

test('a reference is a test, a suite or a pattern, and must have passed in all projects', () => {
  const report = [
    suite('core/a.test.ts', assertion('passed', 's', 'x 1'), assertion('passed', 's', 'x 2'), assertion('passed', 'y')),
    suite('core/b.test.ts', assertion('passed', 'z')),
    suite('core/b.test.ts', assertion('failed', 'z')),
  ];
  const lists = listOf(
    { case: 'test', tests: ['core/a.test.ts › s › x 1'] },
    { case: 'suite', tests: ['core/a.test.ts › s'] },
    { case: 'pattern', tests: ['core/a.test.ts › s › x *'] },
    { case: 'both', tests: ['core/b.test.ts › z'] },
    { case: 'gone', tests: ['core/a.test.ts › x 1'] },
  );
  const run = record(report, lists);
  assert.deepEqual(notPassed(run, lists), [
    'them, both: passed,failed: z',
    'them, gone: not in the run: core/a.test.ts › x 1',
  ]);
  const page = renderCases(lists, run);
  assert.match(page, /\| `pattern` \| .* \| passed \|/);
  assert.match(page, /\| `both` \| .* \| \*\*failed\*\* \|/);
  assert.match(page, /\| `gone` \| .* \| \*\*not in the run\*\* \|/);
  assert.deepEqual(Object.keys(run.files), ['core/a.test.ts', 'core/b.test.ts']);
  assert.equal(run.files['core/a.test.ts'].length, 2);
});

test('the run of one file takes the place of what was recorded of it, and of nothing else', () => {
  const lists = listOf({ case: 'a', tests: ['core/a.test.ts'] }, { case: 'b', tests: ['core/b.test.ts'] });
  const before = record(
    [suite('core/a.test.ts', assertion('failed', 'x')), suite('core/b.test.ts', assertion('passed', 'y'))],
    lists,
  );
  before.files['core/gone.test.ts'] = [];
  const after = withRecorded(record([suite('core/a.test.ts', assertion('passed', 'x'))], lists), before, lists);
  assert.deepEqual([notPassed(after, lists), Object.keys(after.files)], [[], ['core/a.test.ts', 'core/b.test.ts']]);
});

test('a case without a word, with two, or named twice is a problem', () => {
  const lists = listOf({ case: 'a' }, { case: 'a', open: 'x' }, { case: 'b', open: 'x', notApplicable: 'y' });
  assert.deepEqual(problemsOf(lists), [
    'them, a: needs tests, or a reason, or what is open: has nothing',
    'them, a: named twice',
    'them, b: needs tests, or a reason, or what is open: has notApplicable and open',
  ]);
});

test('an open case is on the page', () => {
  const lists = listOf({ case: 'a', open: 'not yet' }, { case: 'b', notApplicable: 'it is of a server' });
  const page = renderCases(lists, record([], lists));
  assert.match(page, /\| `a` \| – \| \*\*open\*\*: not yet \|/);
  assert.match(page, /\| `b` \| – \| does not apply: it is of a server \|/);
  assert.match(page, /\| Retry budgets \| 2 \| 0 \| 1 \| 1 \|/);
});
