import { runTool } from '../command.mjs';
import { ensureTarballs } from '../tarballs.mjs';

/**
 * What a user's bundler, Node and TypeScript would complain about: publint on the manifest, attw on the types in each
 * module resolution mode. Both look at the tarball, so `publishConfig` and `files` are what is judged.
 */
export async function run() {
  for (const { name, file } of await ensureTarballs()) {
    await runTool('publint', ['run', '--strict', file], { quiet: true });
    await runTool('@arethetypeswrong/cli', [file, '--no-color', '--no-emoji'], { quiet: true });
    process.stdout.write(`${name}: publint and attw have nothing to say\n`);
  }
}
