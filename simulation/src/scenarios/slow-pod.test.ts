import { judgeScenario } from '../../test/support/judge-scenario.js';
import { slowPod } from './slow-pod.js';

judgeScenario(slowPod);
