import { judgeScenario } from '../../test/support/judge-scenario.js';
import { zoneLoss } from './zone-loss.js';

judgeScenario(zoneLoss);
