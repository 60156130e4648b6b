// What must be seen: real pods under load. Minutes, not seconds, so `npm run acceptance` and CI run it, `npm test` does not.
import base from '../jest.config.mjs';

const [unit] = base.projects;

export default {
  ...unit,
  rootDir: '..',
  displayName: 'acceptance',
  testMatch: ['<rootDir>/e2e/acceptance/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/lib', '<rootDir>/\\.build/'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
};
