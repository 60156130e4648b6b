import { judgeScenario } from '../../test/support/judge-scenario.js';
import { manyClients } from './many-clients.js';

judgeScenario(manyClients);
