import { judgeScenario } from '../../test/support/judge-scenario.js';
import { scaleOut } from './scale-out.js';

judgeScenario(scaleOut);
