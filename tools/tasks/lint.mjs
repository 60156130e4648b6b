import { ESLint } from 'eslint';
import { createLinter } from '../lint.mjs';

/** Warnings count as errors: one that may stay will. */
export async function run(args) {
  const files = args.filter((each) => !each.startsWith('-'));
  const linter = createLinter({ fix: args.includes('--fix') });
  const results = await linter.lintFiles(files.length > 0 ? files : ['.']);
  await ESLint.outputFixes(results);
  process.stdout.write(await linter.format(results));
  if (results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0)) process.exitCode = 1;
}
