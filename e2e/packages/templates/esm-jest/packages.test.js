// jest with --experimental-vm-modules.
import { readFileSync } from 'node:fs';

const { packageNames } = JSON.parse(readFileSync(new URL('../expected.json', import.meta.url), 'utf8'));

test.each(packageNames)('%s can be imported', async (name) => {
  expect(typeof (await import(name))).toBe('object');
});
