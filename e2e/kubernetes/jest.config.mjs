// A real Kubernetes API server: `npm run e2e:kubernetes` (README.md). One test at a time, because latency is measured.
import base from '../../jest.config.mjs';

const [unit] = base.projects;

export default {
  ...unit,
  rootDir: '../..',
  displayName: 'kubernetes',
  testMatch: ['<rootDir>/e2e/kubernetes/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/lib', '<rootDir>/\\.build/'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/e2e/kubernetes/support/global-setup.mjs',
  globalTeardown: '<rootDir>/e2e/kubernetes/support/global-teardown.mjs',
  testTimeout: 240_000,
  // A test that failed may have left a channel open, which would keep all from ending.
  forceExit: true,
};
