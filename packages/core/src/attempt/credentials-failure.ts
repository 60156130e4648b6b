import type { FailedAttempt } from './classify-failure.js';

/** load-balancing-call.ts `doPick` of grpc-js 1.14; control-plane-status.ts puts its words before it (gRFC A54). */
const GENERATOR =
  /^(?:Invalid status from control plane: \d+ [A-Z_]+ )?Getting metadata from plugin failed with error: /;
/** The same place: the call and its credentials both say who it is. */
const TWO_VALUES = '"authorization" metadata cannot have multiple values';

/**
 * Whether the attempt failed for want of the application's own call credentials: a token that could not be had. That says
 * nothing about the member that was picked, nor about the callee.
 *
 * It is no `unsent` failure, although nothing left the process: the next member would meet the same, so going on to it at
 * once would ask for tokens in a tight loop. The method's retry policy decides by the code, as for any other failure.
 */
export function isCredentialsFailure({ details, fromServer }: Omit<FailedAttempt, 'code'>): boolean {
  return !fromServer && (GENERATOR.test(details) || details === TWO_VALUES);
}
