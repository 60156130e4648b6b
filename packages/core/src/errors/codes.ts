import { InvalidOptionError } from './invalid-option-error.js';
import { InvalidServiceConfigError } from './invalid-service-config-error.js';
import { InvalidTargetError } from './invalid-target-error.js';
import { UnsupportedPlatformError } from './unsupported-platform-error.js';
import type { StatusName } from '../status/status-code.js';

/** One row of a package's table of error codes. */
export interface ErrorCodeEntry {
  readonly code: string;
  /** Name of the class that carries the code. */
  readonly className: string;
  /**
   * The status a call ends with when it meets the error, or `construction` for one that is thrown while something is
   * being made, before there is a call.
   */
  readonly status: StatusName | 'construction';
  /** One sentence for the reference. */
  readonly meaning: string;
}

/**
 * The error codes of this package. Every package that has errors keeps such a table, and a test that compares it with
 * its section of `docs/reference/errors.md` in both directions.
 */
export const CORE_ERROR_CODES: readonly ErrorCodeEntry[] = [
  {
    code: InvalidOptionError.code,
    className: 'InvalidOptionError',
    status: 'construction',
    meaning: 'An option is unknown, or has a value outside its range.',
  },
  {
    code: InvalidServiceConfigError.code,
    className: 'InvalidServiceConfigError',
    status: 'construction',
    meaning: 'A service config has invalid fields; all of them are listed.',
  },
  {
    code: InvalidTargetError.code,
    className: 'InvalidTargetError',
    status: 'construction',
    meaning: 'A target cannot be parsed, or no resolver serves its scheme.',
  },
  {
    code: UnsupportedPlatformError.code,
    className: 'UnsupportedPlatformError',
    status: 'construction',
    meaning: 'The operating system or the Node.js version lacks something that was asked for.',
  },
];
