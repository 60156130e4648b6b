// A real DNS server: `npm run e2e:dns` (README.md).
import base from '../../jest.config.mjs';

const [unit] = base.projects;

export default {
  ...unit,
  rootDir: '../..',
  displayName: 'dns',
  testMatch: ['<rootDir>/e2e/dns/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/lib', '<rootDir>/\\.build/'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
};
