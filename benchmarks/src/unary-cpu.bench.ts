// CPU of the client process per unary call, side by side:
//   bare          grpc-js with round_robin
//   fairlead      createChannel with default options                                              goal ≤ 1.10 × bare
//   fairlead-full + retries, circuit breaker, bulkhead, tracing API without an SDK                goal ≤ 1.15 × bare
//   by-hand       the same wired from grpc-js, opossum, p-queue and instrumentation-grpc          goal: full ≤ 0.9 × this
// ROUNDS (at least 31 for a figure to quote) and CALLS can be set in the environment.
import { contest } from './contest.js';
import { describe, summarize } from './statistics.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 41);
const CALLS = Number(process.env['CALLS'] ?? 4_000);
const AT_A_TIME = 20;
const NAMES = ['bare', 'fairlead', 'fairlead-full', 'by-hand'] as const;
type Name = (typeof NAMES)[number];

const rounds = await contest(NAMES, { calls: CALLS, atATime: AT_A_TIME }, ROUNDS);

const ratio = (of: Name, to: Name): string =>
  describe(summarize(rounds.map((round) => round[of].cpuUs / round[to].cpuUs)));

console.log(`CPU per unary call, Node ${process.version}, ${CALLS} calls per round, ${AT_A_TIME} at a time`);
for (const name of NAMES) {
  const { median } = summarize(rounds.map((round) => round[name].cpuUs / CALLS));
  console.log(`  ${name.padEnd(28)} ${median.toFixed(1)} µs`);
}
console.log(`  fairlead ÷ bare              ${ratio('fairlead', 'bare')}`);
console.log(`  fairlead-full ÷ bare         ${ratio('fairlead-full', 'bare')}`);
console.log(`  fairlead-full ÷ by-hand      ${ratio('fairlead-full', 'by-hand')}`);
