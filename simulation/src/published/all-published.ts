import { buoyant2016 } from './buoyant-2016.js';
import { databricks2025 } from './databricks-2025.js';
import { dropbox2024 } from './dropbox-2024.js';
import { prequal2024 } from './prequal-2024.js';
import type { PublishedResult } from './published-result.js';

/** Every published result that is simulated, by its year. */
export const PUBLISHED: readonly PublishedResult[] = [buoyant2016, prequal2024, dropbox2024, databricks2025];
