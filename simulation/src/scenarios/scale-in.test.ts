import { judgeScenario } from '../../test/support/judge-scenario.js';
import { scaleIn } from './scale-in.js';

judgeScenario(scaleIn);
