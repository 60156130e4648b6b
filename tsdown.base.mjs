// One build for every published package: ESM and CommonJS side by side, each with its own types.
export default {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  outDir: 'lib',
  dts: true,
  platform: 'node',
  target: 'node20',
  // index.js, index.cjs and their .d.ts and .d.cts: the names that the packages' `exports` promise.
  fixedExtension: false,
  sourcemap: true,
  // Workspace packages are external in lib/; without the source condition, a slip would show as a missing build
  // instead of silently bundling a second copy of another package.
  inputOptions: { resolve: { conditionNames: ['import', 'node', 'default'] } },
};
