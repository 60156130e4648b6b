import { antagonists } from './antagonists.js';
import { blackHole } from './black-hole.js';
import { coldStart } from './cold-start.js';
import { flappingPod } from './flapping-pod.js';
import { heterogeneousHardware } from './heterogeneous-hardware.js';
import { manyClients } from './many-clients.js';
import { retryStorm } from './retry-storm.js';
import { rollingUpdate } from './rolling-update.js';
import { scaleIn } from './scale-in.js';
import { scaleOut } from './scale-out.js';
import type { Scenario } from './scenario.js';
import { slowMiddle } from './slow-middle.js';
import { slowPod } from './slow-pod.js';
import { steady } from './steady.js';
import { totalOutage } from './total-outage.js';
import { zoneLoss } from './zone-loss.js';

/** Every scenario, in the order of the docs. */
export const SCENARIOS: readonly Scenario[] = [
  steady,
  coldStart,
  slowPod,
  slowMiddle,
  blackHole,
  flappingPod,
  rollingUpdate,
  scaleOut,
  scaleIn,
  zoneLoss,
  totalOutage,
  retryStorm,
  heterogeneousHardware,
  antagonists,
  manyClients,
];
