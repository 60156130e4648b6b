// Private: ESM only, no types; run with `npm run sim`.
export default {
  entry: ['src/main.ts'],
  format: ['esm'],
  outDir: 'lib',
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
};
