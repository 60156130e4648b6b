// A CommonJS application: `require` must give the CommonJS build, with the same exports as the ES module build.
const assert = require('node:assert/strict');
const { packageNames } = require('../expected.json');

(async () => {
  for (const name of packageNames) {
    assert.match(require.resolve(name), /lib[\\/]index\.cjs$/, `${name} is not its CommonJS build`);
    const required = require(name);
    const imported = await import(name);
    const names = Object.keys(imported).filter((each) => each !== 'default' && each !== 'module.exports');
    assert.deepEqual(Object.keys(required).sort(), names.sort(), name);
  }
  console.log(`required ${packageNames.length} packages`);
})();
