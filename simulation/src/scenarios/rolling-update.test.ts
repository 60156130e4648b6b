import { judgeScenario } from '../../test/support/judge-scenario.js';
import { rollingUpdate } from './rolling-update.js';

judgeScenario(rollingUpdate);
