import { judgeScenario } from '../../test/support/judge-scenario.js';
import { blackHole } from './black-hole.js';

judgeScenario(blackHole);
