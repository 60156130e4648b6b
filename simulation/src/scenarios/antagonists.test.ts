import { judgeScenario } from '../../test/support/judge-scenario.js';
import { antagonists } from './antagonists.js';

judgeScenario(antagonists);
