import { FairleadError } from './fairlead-error.js';
import { formatValue } from './format-value.js';

/** A target that cannot be parsed, whose scheme nobody serves, or that its scheme does not accept. */
export class InvalidTargetError extends FairleadError {
  static readonly code = 'FAIRLEAD_INVALID_TARGET';

  /** As the user wrote it. */
  readonly target: string;
  /** What is wrong with it, in words. */
  readonly reason: string;

  constructor(target: string, reason: string, options?: ErrorOptions) {
    super(InvalidTargetError.code, `invalid target ${formatValue(target)}: ${reason}`, options);
    this.target = target;
    this.reason = reason;
  }

  override get name(): string {
    return 'InvalidTargetError';
  }
}
