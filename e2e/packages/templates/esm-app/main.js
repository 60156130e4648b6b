// An ES module application: `import` must give the ES module build.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { packageNames } = JSON.parse(readFileSync(new URL('../expected.json', import.meta.url), 'utf8'));

for (const name of packageNames) {
  assert.match(import.meta.resolve(name), /lib\/index\.js$/, `${name} is not its ES module build`);
  const imported = await import(name);
  assert.equal(typeof imported, 'object');
  assert.equal(createRequire(import.meta.url)(`${name}/package.json`).name, name);
}
console.log(`imported ${packageNames.length} packages`);
