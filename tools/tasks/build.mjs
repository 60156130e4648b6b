import { ensureBuilt } from '../build.mjs';

/** `--force` builds also what is up to date. */
export async function run(args) {
  await ensureBuilt({ force: args.includes('--force') });
}
