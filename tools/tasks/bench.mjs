import { existsSync, readdirSync } from 'node:fs';
import { ensureBuilt } from '../build.mjs';
import { runNode } from '../command.mjs';
import { fromRoot } from '../workspace.mjs';

const folder = fromRoot('benchmarks/lib');

/** Runs the benchmarks one after the other, all or those named: `npm run bench -- pick unary`. Options go to each. */
export async function run(args) {
  await ensureBuilt();
  const names = args.filter((each) => !each.startsWith('-'));
  const options = args.filter((each) => each.startsWith('-'));
  const all = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bench.js')) : [];
  const chosen = names.length === 0 ? all : names.map((name) => `${name}.bench.js`);
  for (const name of chosen) {
    if (!all.includes(name))
      throw new Error(`${name}: no such benchmark (expected: ${all.join(', ') || 'none is there'})`);
    // --expose-gc: a benchmark collects garbage between rounds, so that one contender does not pay for the other's.
    await runNode(['--expose-gc', `${folder}/${name}`, ...options]);
  }
}
