// What users do with the published packages, done: the tarballs are installed with npm in a folder outside the workspace,
// and a CommonJS app, an ES module app, a jest suite of either kind, and TypeScript import every one of them.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand, runNode, toolPath } from '../../tools/command.mjs';
import { ensureTarballs } from '../../tools/tarballs.mjs';
import { fromRoot, readJson } from '../../tools/workspace.mjs';

const templates = fileURLToPath(new URL('./templates/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fairlead-consumers-'));
const jest = join(folder, 'node_modules/jest/bin/jest.js');

// One installation for all of them: Node looks for node_modules in the parents of each app's folder.
before(async () => {
  const tarballs = await ensureTarballs();
  cpSync(templates, folder, { recursive: true });
  writeFileSync(join(folder, 'expected.json'), JSON.stringify({ packageNames: tarballs.map(({ name }) => name) }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: dependencies(tarballs) }));
  const lines = tarballs.map(
    ({ name }, index) => `import * as package${index} from '${name}';\nexport { package${index} };\n`,
  );
  for (const file of ['imports.mts', 'imports.cts']) writeFileSync(join(folder, 'typescript', file), lines.join(''));
  await runCommand('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: folder,
    quiet: true,
  });
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** The tarballs, and beside them the versions that the workspace itself is tested with. */
function dependencies(tarballs) {
  const version = (name, from = 'node_modules') => readJson(fromRoot(from, name, 'package.json')).version;
  return {
    ...Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`])),
    '@grpc/grpc-js': version('@grpc/grpc-js', 'packages/fairlead/node_modules'),
    '@types/node': version('@types/node'),
    jest: version('jest'),
  };
}

const inFolder = (app) => ({ cwd: join(folder, app), quiet: true, env: { ...process.env, CI: 'true' } });

test('a CommonJS app gets the CommonJS build of every package, with the same exports', async () => {
  assert.match(await runNode(['main.cjs'], inFolder('commonjs-app')), /required \d+ packages/);
});

test('an ES module app gets the ES module build of every package', async () => {
  assert.match(await runNode(['main.js'], inFolder('esm-app')), /imported \d+ packages/);
});

test('a jest suite in CommonJS requires every package', async () => {
  await runNode([jest, '--config', 'jest.config.json'], inFolder('commonjs-jest'));
});

test('a jest suite in ES modules imports every package', async () => {
  await runNode(['--experimental-vm-modules', jest, '--config', 'jest.config.json'], inFolder('esm-jest'));
});

for (const mode of ['nodenext', 'bundler']) {
  // Without skipLibCheck: our declarations themselves are checked here, and what they import.
  test(`TypeScript (${mode}) finds the types of every package`, async () => {
    await runNode([toolPath('typescript-7'), '-p', `tsconfig.${mode}.json`], inFolder('typescript'));
  });
}
