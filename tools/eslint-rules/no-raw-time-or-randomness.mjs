const CLOCK = 'Take a Clock, or the current time as an argument; only system-clock.ts reads the real one.';
const RANDOM = 'Take a Random; only system-random.ts draws real random numbers.';

const globals = {
  Date: CLOCK,
  performance: CLOCK,
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  clearTimeout: CLOCK,
  clearInterval: CLOCK,
  clearImmediate: CLOCK,
  crypto: RANDOM,
};

const properties = [
  { object: 'Math', property: 'random', message: RANDOM },
  { object: 'process', property: 'hrtime', message: CLOCK },
  { object: 'process', property: 'uptime', message: CLOCK },
  { object: 'AbortSignal', property: 'timeout', message: CLOCK },
];

const modules = {
  timers: CLOCK,
  'timers/promises': CLOCK,
  perf_hooks: CLOCK,
  crypto: RANDOM,
};

/**
 * Settings of ESLint's own rules: every way to the real time and to real randomness is closed. An algorithm that reads
 * the clock itself cannot be run in virtual time, and one that draws its own numbers cannot be repeated from a seed.
 */
export const noRawTimeOrRandomness = {
  'no-restricted-globals': [
    'error',
    {
      checkGlobalObject: true,
      globals: Object.entries(globals).map(([name, message]) => ({ name, message })),
    },
  ],
  'no-restricted-properties': ['error', ...properties],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        { name: 'node:net', allowImportNames: ['isIP', 'isIPv4', 'isIPv6'], message: 'core opens no connection.' },
        ...Object.entries(modules).flatMap(([name, message]) => [
          { name, message },
          { name: `node:${name}`, message },
        ]),
      ],
    },
  ],
};
