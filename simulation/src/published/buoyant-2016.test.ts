import { judgePublished } from '../../test/support/judge-published.js';
import { buoyant2016 } from './buoyant-2016.js';

judgePublished(buoyant2016);
