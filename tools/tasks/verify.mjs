import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, runCommand } from '../command.mjs';
import { countJest, countNodeTests, countOne } from '../test-counts.mjs';
import { buildDirectory } from '../workspace.mjs';
import { whySkipped as whyNoDns } from './e2e-dns.mjs';
import { whySkipped } from './e2e-kubernetes.mjs';

const reports = join(buildDirectory, 'reports');
const report = (name) => join(reports, name);

/** What CI does, as the commands that a developer types. Every step runs, whatever became of the earlier ones. */
const steps = [
  {
    name: 'test',
    command: ['npm', 'test', '--', '--json', `--outputFile=${report('jest.json')}`],
    count: (failed) => countJest(report('jest.json'), failed),
  },
  {
    name: 'cases',
    command: ['npm', 'run', '-s', 'cases', '--', '--check', '--report', report('jest.json')],
    count: countOne,
  },
  {
    name: 'test:thorough',
    command: ['npm', 'run', '-s', 'test:thorough', '--', '--json', `--outputFile=${report('thorough.json')}`],
    count: (failed) => countJest(report('thorough.json'), failed),
  },
  {
    name: 'acceptance',
    command: ['npm', 'run', '-s', 'acceptance', '--', '--json', `--outputFile=${report('acceptance.json')}`],
    count: (failed) => countJest(report('acceptance.json'), failed),
  },
  {
    name: 'e2e:dns',
    skip: whyNoDns,
    command: ['npm', 'run', '-s', 'e2e:dns', '--', '--json', `--outputFile=${report('dns.json')}`],
    count: (failed) => countJest(report('dns.json'), failed),
  },
  {
    name: 'e2e:kubernetes',
    skip: whySkipped,
    command: ['npm', 'run', '-s', 'e2e:kubernetes', '--', '--json', `--outputFile=${report('kubernetes.json')}`],
    // A cluster of the person at the terminal is not for CI to write to.
    env: { ...process.env, KUBECONFIG: '' },
    count: (failed) => countJest(report('kubernetes.json'), failed),
  },
  {
    name: 'test:tools',
    command: nodeTests('test:tools'),
    count: (failed) => countNodeTests(report('test:tools'), failed),
  },
  { name: 'sim docs', command: ['npm', 'run', '-s', 'sim', '--', '--docs', '--check'], count: countOne },
  { name: 'lint', command: ['npm', 'run', '-s', 'lint'], count: countOne },
  { name: 'typecheck', command: ['npm', 'run', '-s', 'typecheck'], count: countOne },
  { name: 'format:check', command: ['npm', 'run', '-s', 'format:check'], count: countOne },
  { name: 'packages:lint', command: ['npm', 'run', '-s', 'packages:lint'], count: countOne },
  { name: 'packages', command: nodeTests('packages'), count: (failed) => countNodeTests(report('packages'), failed) },
];

function nodeTests(script) {
  const destinations = [
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${report(script)}`,
  ];
  return ['npm', 'run', '-s', script, '--', ...destinations];
}

/** Ends with `N passed, N failed` on a line of its own, and with status 1 when anything failed. */
export async function run() {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const results = [];
  for (const step of steps) results.push(await runStep(step));
  const sum = (key) => results.reduce((total, each) => total + each[key], 0);
  for (const { name, passed, failed, seconds, skipped } of results) {
    const outcome = skipped ? `skipped: ${skipped}` : `${passed} passed, ${failed} failed (${seconds} s)`;
    const mark = skipped ? '-     ' : failed === 0 ? 'ok    ' : 'FAILED';
    process.stdout.write(`${mark} ${name.padEnd(14)} ${outcome}\n`);
  }
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
  if (sum('failed') > 0) process.exitCode = 1;
}

/** A step that cannot be done on this machine counts nothing, and the summary says why. */
async function runStep({ name, command: [executable, ...args], env, skip, count }) {
  process.stdout.write(`\n=== ${name}\n`);
  const start = performance.now();
  const isFailure = (error) => {
    if (!(error instanceof CommandFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    return true;
  };
  const skipped = await skip?.().catch(isFailure);
  if (typeof skipped === 'string') {
    process.stdout.write(`skipped: ${skipped}\n`);
    return { name, passed: 0, failed: 0, seconds: 0, skipped };
  }
  const failed = skipped ?? (await runCommand(executable, args, { env }).then(() => false, isFailure));
  return { name, ...count(failed), seconds: Math.round((performance.now() - start) / 1000) };
}
