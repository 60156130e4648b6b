import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { noRawTimeOrRandomness } from './tools/eslint-rules/no-raw-time-or-randomness.mjs';
import { fairlead } from './tools/eslint-rules/plugin.mjs';
import { oneWayToWriteIt, onlyIndexReExports } from './tools/eslint-rules/restricted-syntax.mjs';
import { typedRules } from './tools/eslint-rules/typed-rules.mjs';

const ignores = [
  '**/node_modules/',
  '**/lib/',
  '**/lib.next/',
  '.build/',
  'tarballs/',
  'coverage/',
  'e2e/packages/templates/',
  // Written by code generators, checked by the compiler only.
  '**/generated/',
];
/** Published code and whatever is compiled with it. */
const typescript = ['packages/**/*.ts', 'examples/**/*.ts', 'benchmarks/**/*.ts', 'simulation/**/*.ts', 'e2e/**/*.ts'];
const sources = ['packages/*/src/**/*.ts', 'simulation/src/**/*.ts'];
const tests = ['**/*.test.ts', 'packages/*/test/**/*.ts', 'e2e/**/*.ts'];

const nodeGlobalNames = [
  'process',
  'console',
  'URL',
  'Buffer',
  'performance',
  'setTimeout',
  'clearTimeout',
  'setInterval',
];
const nodeGlobals = Object.fromEntries(nodeGlobalNames.map((name) => [name, 'readonly']));

export default tseslint.config(
  { ignores },
  // A stale exception is a hole that nobody sees.
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { plugins: { fairlead }, rules: { 'fairlead/explained-disables': 'error' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: nodeGlobals },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
  {
    files: typescript,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...typedRules,
      'no-restricted-syntax': ['error', ...oneWayToWriteIt],
      'fairlead/file-names': 'error',
      // A file that needs more holds two concepts.
      'max-lines': ['error', { max: 300 }],
    },
  },
  // The arrows of the design between packages, tests included: see tools/import-rules.mjs.
  { files: ['packages/**/*.ts', 'simulation/**/*.ts'], rules: { 'fairlead/package-boundaries': 'error' } },
  {
    files: sources,
    ignores: tests,
    rules: {
      // A function that needs more does two things; most have fewer than 25 lines.
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: sources,
    ignores: ['**/index.ts'],
    rules: { 'no-restricted-syntax': ['error', ...oneWayToWriteIt, ...onlyIndexReExports] },
  },
  {
    // Tests of core, too: they run in virtual time. The two files that own the real ones stand apart, with their tests.
    files: ['packages/core/src/**/*.ts', 'simulation/src/**/*.ts'],
    ignores: ['**/time/system-clock*.ts', '**/random/system-random*.ts'],
    rules: noRawTimeOrRandomness,
  },
  {
    files: tests,
    rules: {
      // Fakes implement contracts that return promises, without awaiting anything.
      '@typescript-eslint/require-await': 'off',
      // expect(object.method) does not call it.
      '@typescript-eslint/unbound-method': 'off',
      // The suite of one concept may be long; a limit would only split it by number.
      'max-lines': ['error', { max: 600 }],
    },
  },
);
