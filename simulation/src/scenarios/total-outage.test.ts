import { judgeScenario } from '../../test/support/judge-scenario.js';
import { totalOutage } from './total-outage.js';

judgeScenario(totalOutage);
