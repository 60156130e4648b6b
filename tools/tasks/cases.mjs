import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { readCaseLists } from '../cases/case-lists.mjs';
import { RECORDED_RUN, notPassed, readRecordedRun, recordRun, withRecorded } from '../cases/recorded-run.mjs';
import { renderCases } from '../cases/render-cases.mjs';
import { CommandFailed } from '../command.mjs';
import { buildDirectory, fromRoot, readJson } from '../workspace.mjs';
import { run as runTests } from './test.mjs';

const PAGE = 'docs/reference/cases.md';

/**
 * `npm run cases`: all tests, then the page with their results. With file patterns only those tests, whose results take the
 * place of the recorded ones. `--report <file>` takes a report of all tests that is there already; `--check` writes
 * nothing, and says whether each test that the cases name passed in that run.
 */
export async function run(args) {
  const { values, positionals: patterns } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const lists = readCaseLists();
  const report = readJson(values.report ?? (await testReport(patterns)));
  const ran = recordRun(report, lists, versions());
  const record = patterns.length === 0 ? ran : withRecorded(ran, readRecordedRun(), lists);
  const problems = notPassed(record, lists);
  if (!values.check) await write(lists, record);
  if (problems.length > 0) throw new CommandFailed(problems.join('\n'), 1);
}

const OPTIONS = { report: { type: 'string' }, check: { type: 'boolean', default: false } };

async function testReport(patterns) {
  const path = join(buildDirectory, 'reports', 'cases.json');
  mkdirSync(dirname(path), { recursive: true });
  // A failed test is told by the page, and by what follows.
  await runTests([...patterns, '--json', `--outputFile=${path}`]).catch((error) => {
    if (!(error instanceof CommandFailed)) throw error;
  });
  return path;
}

async function write(lists, record) {
  const json = JSON.stringify(record);
  const config = await prettier.resolveConfig(fromRoot(RECORDED_RUN));
  writeFileSync(fromRoot(RECORDED_RUN), await prettier.format(json, { ...config, parser: 'json' }));
  writeFileSync(fromRoot(PAGE), renderCases(lists, record));
}

function versions() {
  const versionOf = (name) => readJson(fromRoot('packages/fairlead/node_modules', name, 'package.json')).version;
  return { node: process.version, grpcJs: [versionOf('@grpc/grpc-js'), versionOf('grpc-js-1.14.0')] };
}
