import { FairleadError } from './fairlead-error.js';
import { formatValue } from './format-value.js';

/**
 * An option has a value that it must not have, or does not exist. Thrown when something is constructed, never during
 * a call. The message reads `name: value (expected: range)`.
 */
export class InvalidOptionError extends FairleadError {
  static readonly code = 'FAIRLEAD_INVALID_OPTION';

  /** Name of the option with the path to it, e.g. `retry.maxAttempts`. */
  readonly option: string;
  /** What was given. */
  readonly value: unknown;
  /** What would be accepted, in words. */
  readonly expected: string;

  constructor(option: string, value: unknown, expected: string, options?: ErrorOptions) {
    super(InvalidOptionError.code, `${option}: ${formatValue(value)} (expected: ${expected})`, options);
    this.option = option;
    this.value = value;
    this.expected = expected;
  }

  override get name(): string {
    return 'InvalidOptionError';
  }
}
