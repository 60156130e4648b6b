import { judgePublished } from '../../test/support/judge-published.js';
import { prequal2024 } from './prequal-2024.js';

judgePublished(prequal2024);
