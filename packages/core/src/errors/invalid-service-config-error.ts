import { FairleadError } from './fairlead-error.js';

/**
 * A service config with at least one invalid field; such a config is not used at all (gRFC A2). Every problem is
 * listed, each starting with the JSON path of the field.
 *
 * A pool that gets one from its resolver goes on with the last good config (gRFC A21); one that is given by the
 * application fails the construction.
 */
export class InvalidServiceConfigError extends FairleadError {
  static readonly code = 'FAIRLEAD_INVALID_SERVICE_CONFIG';

  /** One line each, never empty, e.g. `methodConfig[0].timeout: "1" (expected: …)`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(InvalidServiceConfigError.code, `invalid service config: ${problems.join('; ')}`, options);
    this.problems = Object.freeze([...problems]);
  }

  override get name(): string {
    return 'InvalidServiceConfigError';
  }
}
