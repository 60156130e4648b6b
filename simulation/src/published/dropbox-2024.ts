import { FULL } from '../scenarios/scale.js';
import { heterogeneousHardware } from '../scenarios/heterogeneous-hardware.js';
import type { PublishedResult } from './published-result.js';

/** Old machines and new ones, twice as fast. */
export const dropbox2024: PublishedResult = {
  name: 'dropbox-2024',
  source: 'Dropbox, "Robinhood", 2024',
  setting: '12 pods, half of them on machines twice as fast; 6 clients, 1 200 calls/s for 60 s',
  figure: 'utilization of the busiest pod by the mean',
  scale: { ...FULL, durationMs: 60_000 },
  build: (world, scale) => heterogeneousHardware.build(world, scale),
  of: (run) => run.utilizationSpread,
  format: (ratio) => ratio.toFixed(3),
  claims: [
    { policy: 'round_robin', published: '1.26 and 1.4 before' },
    { policy: 'weighted_round_robin', published: '1.01 and 1.05 after', atMost: 1.05 },
    { policy: 'least_request', published: '' },
    { policy: 'peak_ewma', published: '' },
  ],
};
