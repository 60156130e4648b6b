import { judgePublished } from '../../test/support/judge-published.js';
import { dropbox2024 } from './dropbox-2024.js';

judgePublished(dropbox2024);
