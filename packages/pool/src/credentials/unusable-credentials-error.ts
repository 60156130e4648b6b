import { FairleadError } from '@fairlead/core';

/** A file of {@link fileCredentials} cannot be read, or what is in it cannot be used. */
export class UnusableCredentialsError extends FairleadError {
  static readonly code = 'FAIRLEAD_UNUSABLE_CREDENTIALS';

  /** The path that was given. */
  readonly file: string;
  /** What is wrong with it, in words. */
  readonly reason: string;

  constructor(file: string, reason: string, options?: ErrorOptions) {
    super(UnusableCredentialsError.code, `${file}: ${reason}`, options);
    this.file = file;
    this.reason = reason;
  }

  override get name(): string {
    return 'UnusableCredentialsError';
  }
}
