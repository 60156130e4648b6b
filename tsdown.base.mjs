// One build for every published package: ESM and CommonJS side by side, each with its own types.
export default {
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  outDir: 'lib',
  dts: true,
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
  sourcemap: true,
  inputOptions: { resolve: { conditionNames: ['import', 'node', 'default'] } },
};
