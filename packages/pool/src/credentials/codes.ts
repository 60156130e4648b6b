import type { ErrorCodeEntry } from '@fairlead/core';
import { UnusableCredentialsError } from './unusable-credentials-error.js';

/** The error codes of this package; `docs/reference/errors.md` has the same table. */
export const POOL_ERROR_CODES: readonly ErrorCodeEntry[] = [
  {
    code: UnusableCredentialsError.code,
    className: 'UnusableCredentialsError',
    status: 'UNAVAILABLE',
    meaning: 'A certificate, key or CA file cannot be read, or what is in it cannot be used.',
  },
];
