import { explainedDisables } from './explained-disables.mjs';
import { fileNames } from './file-names.mjs';
import { packageBoundaries } from './package-boundaries.mjs';

/** The rules of this workspace that no setting of a published rule can express. */
export const fairlead = {
  meta: { name: 'fairlead' },
  rules: {
    'explained-disables': explainedDisables,
    'file-names': fileNames,
    'package-boundaries': packageBoundaries,
  },
};
