import { ensureBuilt } from '../build.mjs';
import { runNode } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** `npm run demo -- --only fairlead --json result.json` … */
export async function run(args) {
  await ensureBuilt();
  await runNode([fromRoot('examples/lib/rolling-update/main.js'), ...args]);
}
