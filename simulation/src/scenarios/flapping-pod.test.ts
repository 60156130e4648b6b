import { judgeScenario } from '../../test/support/judge-scenario.js';
import { flappingPod } from './flapping-pod.js';

judgeScenario(flappingPod);
