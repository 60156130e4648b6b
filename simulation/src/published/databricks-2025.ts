import { FULL } from '../scenarios/scale.js';
import { steady } from '../scenarios/steady.js';
import type { PublishedResult } from './published-result.js';

/** Equal pods get equally much. */
export const databricks2025: PublishedResult = {
  name: 'databricks-2025',
  source: 'Databricks, "Intelligent Kubernetes Load Balancing", 2025',
  setting: '12 equal pods in 3 zones, 6 clients, 1 200 calls/s for 60 s',
  figure: 'calls of the busiest pod by those of the idlest',
  scale: { ...FULL, durationMs: 60_000 },
  build: (world, scale) => steady.build(world, scale),
  of: (run) => run.shareSpread,
  format: (ratio) => (ratio === Infinity ? 'inf' : ratio.toFixed(3)),
  claims: [
    { policy: 'pick_first', published: 'the skew of one connection: 4 to 5' },
    { policy: 'round_robin', published: 'uniform', atMost: 1.1 },
    { policy: 'peak_ewma', published: 'uniform', atMost: 1.1 },
  ],
};
