import { ensureBuilt } from '../build.mjs';
import { runNode } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

/** `npm run sim -- --policy peak_ewma --scenario slow-pod --seed 7` … */
export async function run(args) {
  await ensureBuilt();
  await runNode([fromRoot('simulation/lib/main.js'), ...args]);
}
