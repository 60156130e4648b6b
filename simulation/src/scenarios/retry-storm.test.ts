import { judgeScenario } from '../../test/support/judge-scenario.js';
import { retryStorm } from './retry-storm.js';

judgeScenario(retryStorm);
