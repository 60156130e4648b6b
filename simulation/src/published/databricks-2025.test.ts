import { judgePublished } from '../../test/support/judge-published.js';
import { databricks2025 } from './databricks-2025.js';

judgePublished(databricks2025);
