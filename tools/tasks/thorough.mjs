import { run as runTests } from './test.mjs';

/** Random histories and the simulation: `npm test` has a part of them, so that it stays short. */
const SUITES = ['simulation/src/scenarios/', 'packages/pool/src/pool.test', 'packages/pool/src/long-histories'];

/** All random histories, and all seeds of the simulation. Arguments go to jest. */
export async function run(args) {
  process.env.THOROUGH = '1';
  await runTests([...SUITES, ...args]);
}
