// Messages per second of server streams: createChannel with default options ÷ bare grpc-js round_robin. Goal: ≥ 0.97.
// ROUNDS (at least 31 for a figure to quote) and MESSAGES can be set in the environment.
import { contest } from './contest.js';
import { describe, summarize } from './statistics.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 41);
const MESSAGES = Number(process.env['MESSAGES'] ?? 5_000);
const STREAMS = 10;

const rounds = await contest(['bare', 'fairlead'], { streams: STREAMS, messages: MESSAGES, atATime: 5 }, ROUNDS);

const perSecond = (wallMs: number): number => (STREAMS * MESSAGES * 1_000) / wallMs;
const median = (name: 'bare' | 'fairlead'): string =>
  summarize(rounds.map((round) => perSecond(round[name].wallMs))).median.toFixed(0);

console.log(
  `Messages of server streams per second, Node ${process.version}, ${STREAMS} × ${MESSAGES} messages per round`,
);
console.log(`  bare              ${median('bare')}`);
console.log(`  fairlead          ${median('fairlead')}`);
console.log(
  `  fairlead ÷ bare   ${describe(summarize(rounds.map(({ bare, fairlead }) => bare.wallMs / fairlead.wallMs)))}`,
);
console.log(
  `  CPU, the same     ${describe(summarize(rounds.map(({ bare, fairlead }) => fairlead.cpuUs / bare.cpuUs)))}`,
);
