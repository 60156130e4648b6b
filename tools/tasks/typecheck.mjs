import { runTool } from '../command.mjs';

/** TypeScript 7 checks; the `typescript` package beside it is version 6, whose API the linter and the bundler need. */
export async function run(args) {
  await runTool('typescript-7', ['-b', ...args]);
}
