import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import type { CallOutcome, CallStatus } from '../../load/load.js';
import type { OptionRule } from '../../options/option-rule.js';
import { STATUS_CODES, type StatusName } from '../../status/status-code.js';

/**
 * Which statuses count against a member:
 *
 * - `serverErrors`: what a server in trouble answers with, as in `callOutcome`: UNKNOWN, DEADLINE_EXCEEDED,
 *   RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS. A client that asks for what is not there ejects nobody.
 * - `anyError`: everything but OK (gRFC A50).
 * - a list of names: these.
 *
 * Whatever is chosen, an end that says nothing of the member counts neither for nor against it: a call that was cancelled,
 * was never sent, or failed in this process.
 */
export type FailureCodes = 'serverErrors' | 'anyError' | readonly Exclude<StatusName, 'OK' | 'CANCELLED'>[];

/** Whether an end that is not neutral counts against the member. A call that ended without a status is judged by its outcome. */
export type FailureJudge = (outcome: CallOutcome, status: CallStatus | undefined) => boolean;

const serverErrors: FailureJudge = (outcome) => outcome === 'failure';

const anyError: FailureJudge = (outcome, status) =>
  status === undefined ? outcome === 'failure' : status.code !== STATUS_CODES.OK;

const EXPECTED =
  '"serverErrors", "anyError", or a list of at least one name of a gRPC status other than OK and CANCELLED';

/** The rule of the option `failureCodes`; its value is the judge. */
export const failureCodes: OptionRule<FailureJudge> = {
  check(value: unknown = 'serverErrors', name: string) {
    if (value === 'serverErrors') return serverErrors;
    if (value === 'anyError') return anyError;
    if (!Array.isArray(value) || value.length === 0) throw new InvalidOptionError(name, value, EXPECTED);
    const codes = new Set(value.map((item: unknown) => codeOf(item, name, value)));
    return (outcome, status) => (status === undefined ? outcome === 'failure' : codes.has(status.code));
  },
};

function codeOf(item: unknown, name: string, list: readonly unknown[]): number {
  const known = typeof item === 'string' && Object.hasOwn(STATUS_CODES, item);
  if (!known || item === 'OK' || item === 'CANCELLED') throw new InvalidOptionError(name, list, EXPECTED);
  return STATUS_CODES[item as StatusName];
}
