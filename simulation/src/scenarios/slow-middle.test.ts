import { judgeScenario } from '../../test/support/judge-scenario.js';
import { slowMiddle } from './slow-middle.js';

judgeScenario(slowMiddle);
