// CPU of the client process per unary call, of a channel that is observed, beside one that is not:
//   fairlead              createChannel with default options
//   fairlead-channelz     + channelz: true
//   fairlead-metrics      + metrics that are on by default, with an SDK
//   fairlead-all-metrics  + all metrics
// ROUNDS (at least 31 for a figure to quote) and CALLS can be set in the environment.
import { contest } from './contest.js';
import { describe, summarize } from './statistics.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 41);
const CALLS = Number(process.env['CALLS'] ?? 4_000);
const AT_A_TIME = 20;
const NAMES = ['fairlead', 'fairlead-channelz', 'fairlead-metrics', 'fairlead-all-metrics'] as const;

const rounds = await contest(NAMES, { calls: CALLS, atATime: AT_A_TIME }, ROUNDS);

console.log(`CPU per unary call, Node ${process.version}, ${CALLS} calls per round, ${AT_A_TIME} at a time`);
for (const name of NAMES) {
  const { median } = summarize(rounds.map((round) => round[name].cpuUs / CALLS));
  console.log(`  ${name.padEnd(28)} ${median.toFixed(1)} µs`);
}
for (const name of NAMES.slice(1)) {
  const ratios = rounds.map((round) => round[name].cpuUs / round.fairlead.cpuUs);
  console.log(`  ${`${name} ÷ fairlead`.padEnd(34)} ${describe(summarize(ratios))}`);
}
