import { FairleadError } from './fairlead-error.js';

/** Something that this operating system, Node.js version or environment cannot do. */
export class UnsupportedPlatformError extends FairleadError {
  static readonly code = 'FAIRLEAD_UNSUPPORTED_PLATFORM';

  /** What was asked for. */
  readonly feature: string;
  /** What is missing, in words. */
  readonly reason: string;

  constructor(feature: string, reason: string, options?: ErrorOptions) {
    super(UnsupportedPlatformError.code, `${feature} is not supported here: ${reason}`, options);
    this.feature = feature;
    this.reason = reason;
  }

  override get name(): string {
    return 'UnsupportedPlatformError';
  }
}
