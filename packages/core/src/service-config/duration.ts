import { InvalidOptionError } from '../errors/invalid-option-error.js';

const DURATION = /^(-?)(0|[1-9]\d*)(?:\.(\d{1,9}))?s$/;

/** About ten thousand years, the range of google.protobuf.Duration. */
const MAX_SECONDS = 315_576_000_000;

const EXPECTED = 'a duration in seconds such as "1.5s", at most 9 decimal places';

/**
 * Reads a duration in proto3 JSON form and answers milliseconds; fractions of one are kept (`"0.000000001s"` is 1e-6).
 * It may be negative: whether that makes sense is the field's business.
 *
 * The number must be a valid JSON number, as gRFC A6 says; so `.5s`, `1.s` and `01s` are refused, although some
 * libraries take them.
 *
 * @param name the field with the path to it, for the message.
 * @throws InvalidOptionError
 */
export function parseDuration(value: unknown, name: string): number {
  const match = typeof value === 'string' ? DURATION.exec(value) : null;
  if (match === null) throw new InvalidOptionError(name, value, EXPECTED);
  const [, sign, seconds, fraction = ''] = match;
  const nanos = Number(fraction.padEnd(9, '0'));
  const wholeSeconds = Number(seconds);
  if (wholeSeconds > MAX_SECONDS || (wholeSeconds === MAX_SECONDS && nanos > 0)) {
    throw new InvalidOptionError(name, value, `a duration between -${MAX_SECONDS}s and ${MAX_SECONDS}s`);
  }
  const ms = wholeSeconds * 1_000 + nanos / 1_000_000;
  return sign === '-' && ms > 0 ? -ms : ms;
}
