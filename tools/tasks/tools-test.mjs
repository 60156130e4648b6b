import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** Node's own test runner: the tools must work before jest is installed, and ESLint is slow inside jest's sandbox. */
export async function run(args) {
  const files = readdirSync(fromRoot('tools'), { recursive: true })
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => fromRoot(join('tools', name)));
  await runNode(['--test', '--test-reporter=spec', ...args, ...files]);
}
