import { ensureBuilt } from '../build.mjs';
import { runTool } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** What must be seen: real pods under load, one test at a time, because they measure latency. Some minutes. */
export async function run(args) {
  await ensureBuilt();
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  await runTool('jest', ['--config', fromRoot('e2e/jest.config.mjs'), '--runInBand', ...args], { nodeArgs });
}
