import { ensureTarballs } from '../tarballs.mjs';

export async function run() {
  for (const { file } of await ensureTarballs()) process.stdout.write(`${file}\n`);
}
