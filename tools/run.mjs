#!/usr/bin/env node
// The one entry for every task of this workspace: `node tools/run.mjs <task> [arguments]`.
//
// It needs nothing but Node and npm, so that `npm run demo` and `npm test` work on a fresh machine: it installs the
// dependencies and builds the packages when their inputs changed, and does neither otherwise. Nothing outside Node's
// own modules may be imported before `ensureInstalled()` has returned; the tasks are therefore imported late.
import { ensureInstalled, requireSupportedNode } from './bootstrap.mjs';
import { CommandFailed } from './command.mjs';

const TASKS = {
  install: 'the dependencies, if they are not there (every other task begins with this)',
  demo: 'the rolling update: stock grpc-js fails, Fairlead does not (options: see examples/rolling-update)',
  blog: 'the two services of examples/kubernetes without a cluster: which pod gets which share of the calls',
  test: 'all jest tests (arguments go to jest: `npm test -- --selectProjects unit pool`)',
  thorough: 'the simulation with all seeds and all random histories, of which `npm test` runs a part',
  acceptance: 'what must be seen: real pods under load (some minutes; arguments go to jest)',
  'e2e-dns': 'dns: targets against BIND, where it is installed (arguments go to jest)',
  'e2e-kubernetes':
    'a real Kubernetes API server: ours, built from Go modules when it is not there yet, or that of KUBECONFIG',
  build: 'lib/ of every package, ESM and CommonJS with types (--force: also what is up to date)',
  typecheck: 'tsc -b, tests included',
  lint: 'ESLint with type information (arguments: files; --fix)',
  format: 'Prettier writes (--check: only tells)',
  cases: 'runs all tests, or some (arguments: files), and writes docs/reference/cases.md (--report <file>, --check)',
  'tools-test': "tests of the workspace's own tools and lint rules",
  tarballs: 'the tarball of every published package into tarballs/',
  'packages-lint': 'publint and attw on every tarball',
  packages: 'installs the tarballs in CommonJS, ESM, jest and TypeScript consumers and imports them',
  bench: 'the benchmarks (arguments: names)',
  sim: 'balancing policies in simulated trouble (`npm run sim -- --list`; the same seed prints the same)',
  verify: 'everything that CI does',
};

const [task, ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;

function usage() {
  const lines = Object.entries(TASKS).map(([name, text]) => `  ${name.padEnd(14)} ${text}`);
  return `usage: npm run <task> [-- arguments]\n\n${lines.join('\n')}\n`;
}

if (task === undefined || !Object.hasOwn(TASKS, task)) {
  process.stderr.write(task === undefined ? usage() : `Unknown task: ${task}\n\n${usage()}`);
  process.exit(2);
}

try {
  requireSupportedNode();
  await ensureInstalled();
  if (task !== 'install') {
    const { run } = await import(`./tasks/${task}.mjs`);
    await run(args);
  }
} catch (error) {
  // A failed command has said what is wrong; a stack of this launcher would only hide it.
  const text = error instanceof CommandFailed ? error.message : (error?.userMessage ?? error?.stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error?.exitCode ?? 1;
}
