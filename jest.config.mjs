// Two projects: `unit` is pure and quick (virtual time, no I/O), `integration` talks to real servers and processes.
// Run by `npm test`, which adds the Node flag that ES modules need inside jest.

/** Only the types are stripped here; `npm run typecheck` checks them. */
const swc = [
  '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

// Sources import './x.js', as Node's ES modules demand; the file on disk is './x.ts'.
const relativeSources = { '^(\\.{1,2}/.*)\\.js$': '$1' };

const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  // The packages' sources instead of lib/, so that no build lies between an edit and its test.
  testEnvironmentOptions: { customExportConditions: ['@fairlead/source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/lib', '<rootDir>/\\.build/', '<rootDir>/e2e/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: relativeSources,
  transform: { '^.+\\.ts$': swc },
  ...extra,
});

export default {
  // Most of the integration tests wait for servers; jest would leave a core of two to itself.
  maxWorkers: '100%',
  projects: [
    project('unit', ['<rootDir>/{packages/*/src,examples,benchmarks,simulation/src}/**/*.test.ts'], {
      testPathIgnorePatterns: ['\\.integration\\.test\\.ts$', '/node_modules/', '/lib/'],
    }),
    project('integration', [
      '<rootDir>/{packages/*/src,examples}/**/*.integration.test.ts',
      '<rootDir>/packages/*/test/**/*.test.ts',
    ]),
    // The peer range begins with 1.14.0: what depends on the inside of grpc-js runs against that one, too.
    project('oldest grpc-js', ['<rootDir>/packages/{fairlead,interceptors,pool}/src/**/*.integration.test.ts'], {
      moduleNameMapper: {
        ...relativeSources,
        '^@grpc/grpc-js$': '<rootDir>/packages/fairlead/node_modules/grpc-js-1.14.0',
      },
      globals: { GRPC_JS_VERSION: '1.14.0' },
      // These run processes of their own, where nothing is mapped.
      testPathIgnorePatterns: [
        '(readme|process-life|instrumentation-grpc)\\.integration\\.test\\.ts$',
        // Look-ups know nothing of grpc-js.
        '/resolvers/dns/',
        // grpc-js-xds needs at least 1.14.5.
        '/xds[^/]*\\.integration\\.test\\.ts$',
        '/node_modules/',
      ],
    }),
  ],
};
