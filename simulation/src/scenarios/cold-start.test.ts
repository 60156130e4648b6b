import { judgeScenario } from '../../test/support/judge-scenario.js';
import { coldStart } from './cold-start.js';

judgeScenario(coldStart);
