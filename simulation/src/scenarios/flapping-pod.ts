import type { Scenario } from './scenario.js';
import { standardClients, standardPods } from './standard-world.js';
import type { Pod } from '../models/pod.js';
import type { World } from './world.js';

const UP_MS = 1_500;
const DOWN_MS = 500;

export const flappingPod: Scenario = {
  name: 'flapping-pod',
  judges: 'how many calls are lost to a pod that crashes every two seconds and comes back half a second later',
  build(world, scale) {
    const { pods } = standardPods(world, scale);
    standardClients(world, scale);
    flap(world, pods[0]!, scale.durationMs);
  },
  expectations: [
    { policies: { allBut: ['pick_first'] }, figure: 'calls answered', of: (run) => run.okRatio(), atLeast: 0.995 },
  ],
};

function flap(world: World, pod: Pod, untilMs: number): void {
  for (let downAt = UP_MS; downAt < untilMs; downAt += UP_MS + DOWN_MS) {
    world.at(downAt, () => pod.crash());
    world.at(downAt + DOWN_MS, () => pod.restart());
  }
}
