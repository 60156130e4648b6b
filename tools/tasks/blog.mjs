import { ensureBuilt } from '../build.mjs';
import { runNode } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** `npm run blog -- --only fairlead --seconds 3` … */
export async function run(args) {
  await ensureBuilt();
  await runNode([fromRoot('examples/lib/kubernetes/local/main.js'), ...args]);
}
