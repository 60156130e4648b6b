import { drawExponential } from '../models/draw.js';
import type { Pod } from '../models/pod.js';
import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';
import type { World } from './world.js';

const SHARE = 0.2;
/** Mean lengths of quiet and of antagonised times, in ms. */
const QUIET_MS = 1_000;
const LOUD_MS = 1_000;
const SLOW_FACTOR = 4;

export const antagonists: Scenario = {
  name: 'antagonists',
  judges:
    'how many calls pile up on a fifth of the pods, whose neighbours on the machine take the CPU from time to time',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    for (const pod of pods.slice(0, Math.round(SHARE * scale.pods))) antagonise(world, pod);
  },
  expectations: [
    {
      policies: ['peak_ewma', 'least_request', 'failure_accrual'],
      figure: 'calls answered',
      of: (run) => run.okRatio(),
      atLeast: 0.999,
    },
  ],
};

/** Slow and usual by turns, for ever. */
export function antagonise({ engine }: World, pod: Pod): void {
  const random = engine.random.of(`antagonist/${pod.id}`);
  const turn = (loud: boolean): void => {
    pod.server.slowBy(loud ? SLOW_FACTOR : 1);
    engine.after(drawExponential(random, loud ? LOUD_MS : QUIET_MS), () => turn(!loud));
  };
  turn(false);
}
