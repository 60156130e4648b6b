// Private: ESM only, no types; run with `npm run demo`.
export default {
  entry: [
    'quick-start/main.ts',
    'own-policy/main.ts',
    'own-resolver/main.ts',
    'rolling-update/main.ts',
    'rolling-update/pod.ts',
    'kubernetes/blog/*-main.ts',
    'kubernetes/local/main.ts',
    'kubernetes/local/*-pod.ts',
  ],
  format: ['esm'],
  outDir: 'lib',
  // File by file: scripts find each other by their places.
  unbundle: true,
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
};
