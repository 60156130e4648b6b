const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true }, module: { type: 'es6' }, sourceMaps: 'inline' }];
/** Two projects: `unit` is pure and quick, `integration` talks to real servers and real processes. */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@fairlead/source', 'node', 'node-addons'] },
  testMatch,
  modulePathIgnorePatterns: ['/lib/', '/.build/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': swc },
  ...extra,
});
export default {
  projects: [
    project('unit', ['<rootDir>/packages/*/src/**/*.test.ts'], { testPathIgnorePatterns: ['\\.integration\\.test\\.ts$'] }),
    project('integration', ['<rootDir>/packages/*/src/**/*.integration.test.ts', '<rootDir>/packages/*/test/**/*.test.ts']),
  ],
};
