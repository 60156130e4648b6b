import type { Random } from './random.js';

/**
 * The platform's generator, which is not fit for secrets: it spreads calls and delays, nothing else. The only file of
 * the core that touches it; everything else takes a `Random`.
 */
export const systemRandom: Random = { next: () => Math.random() };
