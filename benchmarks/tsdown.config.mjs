// Private: ESM only, no types; run with `npm run bench`.
export default {
  entry: [
    'src/*.bench.ts',
    'src/echo-server.ts',
    'src/contender-child.ts',
    'src/kubernetes-api-process.ts',
    'src/contenders/*.ts',
  ],
  format: ['esm'],
  outDir: 'lib',
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
};
