import { ensureBuilt } from '../build.mjs';
import { runTool } from '../command.mjs';

/**
 * jest, all projects. The packages are built first although jest reads their sources: tests that start child processes
 * (pods, a second SIGTERM) load lib/ there.
 */
export async function run(args) {
  // Whoever runs some tests of one package should not have to wait for the examples.
  const onlySome = args.some((each) => !each.startsWith('-'));
  await ensureBuilt({ publishedOnly: onlySome });
  // jest runs ES modules through node:vm, behind a flag whose warning would be printed once per worker.
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  await runTool('jest', args, { nodeArgs });
}
