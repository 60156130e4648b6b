/** Rules on top of typescript-eslint's recommended set, each with its reason. */
export const typedRules = {
  // --- correctness that needs types ---
  // A rejected promise that nobody awaits ends the process, or hides a failed call. `void` says that it is meant.
  '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
  // `if (promise)` is always true, and an async callback where a sync one is expected loses its errors.
  '@typescript-eslint/no-misused-promises': 'error',
  // States are discriminated unions: a new one must be handled wherever the old ones are.
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  // What is assigned once says so; what is left shows what changes.
  '@typescript-eslint/prefer-readonly': 'error',
  // `any` switches the checker off for everything it touches; `unknown` asks for a check.
  '@typescript-eslint/no-explicit-any': 'error',
  // The result of a public function is a promise to its users: it is written, not inferred from today's body.
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  // Numbers and booleans print as anyone expects; objects and missing values do not.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // `_` marks an argument that a contract gives and an implementation does not need.
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  // `== null` hides which of null and undefined is meant.
  eqeqeq: 'error',

  // --- one way to write it ---
  // A default export has a different name in every file that imports it.
  'no-restricted-exports': [
    'error',
    {
      restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true },
    },
  ],
};
