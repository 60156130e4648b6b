import { runTool } from '../command.mjs';

/** Writes; `--check` only tells which files would change. */
export async function run(args) {
  const check = args.includes('--check');
  const files = args.filter((each) => each !== '--check');
  await runTool('prettier', [
    check ? '--check' : '--write',
    '--log-level',
    'warn',
    ...(files.length > 0 ? files : ['.']),
  ]);
}
