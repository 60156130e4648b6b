import { judgeScenario } from '../../test/support/judge-scenario.js';
import { heterogeneousHardware } from './heterogeneous-hardware.js';

judgeScenario(heterogeneousHardware);
