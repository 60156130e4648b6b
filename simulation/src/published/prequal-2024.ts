import { NO_RETRIES } from '../client/retry-rule.js';
import { percentile } from '../report/percentiles.js';
import { antagonise } from '../scenarios/antagonists.js';
import { FULL } from '../scenarios/scale.js';
import { standardClients, standardPods } from '../scenarios/standard-world.js';
import type { RunResult } from '../report/run-result.js';
import type { PublishedResult } from './published-result.js';

const PODS = 50;
const ANTAGONISED = PODS / 5;

/** Neighbours that take the CPU from a fifth of the servers. */
export const prequal2024: PublishedResult = {
  name: 'prequal-2024',
  source: 'Google, "Load is not what you should balance: Introducing Prequal", NSDI 2024',
  setting: '50 servers, half of their cores busy; a fifth of them is four times slower half of the time',
  figure: 'calls in flight at the busiest server, p99 over time',
  scale: { ...FULL, pods: PODS, clients: 10, callsPerSecond: 5_000, durationMs: 20_000 },
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale, { retries: NO_RETRIES });
    for (const pod of pods.slice(0, ANTAGONISED)) antagonise(world, pod);
  },
  // The count itself, not its ratio to the mean: what piles up under round robin raises the mean, too, and hides itself.
  of: busiest,
  format: (calls) => String(calls),
  beside: {
    figure: 'the same by the mean over all servers and the whole time',
    of: (run) => busiest(run) / (run.samples.reduce((sum, { mean }) => sum + mean, 0) / run.samples.length),
    format: (ratio) => ratio.toFixed(1),
  },
  claims: [
    { policy: 'round_robin', published: '5 to 10 times that of Prequal' },
    { policy: 'peak_ewma', published: '', atMost: (figures) => figures.get('round_robin')! / 5 },
  ],
};

function busiest({ samples }: RunResult): number {
  return percentile(Float64Array.from(samples, ({ max }) => max).sort(), 0.99);
}
