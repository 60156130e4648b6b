import { runTool } from '../command.mjs';

export async function run(args) {
  const files = args.some((each) => !each.startsWith('-')) ? [] : ['.'];
  await runTool('eslint', ['--max-warnings', '0', ...args, ...files]);
}
