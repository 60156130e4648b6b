// jest without flags: it cannot load ES modules, so nothing that our CommonJS build requires may be one.
const { packageNames } = require('../expected.json');

test.each(packageNames)('%s can be required', (name) => {
  expect(typeof require(name)).toBe('object');
  expect(require.resolve(name)).toMatch(/lib[\\/]index\.cjs$/);
});
