import { runNode } from '../command.mjs';
import { ensureTarballs } from '../tarballs.mjs';
import { fromRoot } from '../workspace.mjs';

/** The consumer test. Arguments go to Node's test runner. */
export async function run(args) {
  await ensureTarballs();
  await runNode(['--test', '--test-reporter=spec', ...args, fromRoot('e2e/packages/consumers.test.mjs')]);
}
