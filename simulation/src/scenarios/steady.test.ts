import { judgeScenario } from '../../test/support/judge-scenario.js';
import { steady } from './steady.js';

judgeScenario(steady);
