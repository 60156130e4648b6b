import type { StatusObject } from '@grpc/grpc-js';
import type { Attempt } from '../retry/attempt.js';
import { pushbackOf } from '@fairlead/core';
import { isConnectionLost } from './connection-lost.js';
import type { HedgeFailure } from './decide-hedge.js';

/**
 * What a failed attempt tells.
 * @param refusedBefore refused attempts of the call before it.
 */
export function hedgeFailure(attempt: Attempt, status: StatusObject, refusedBefore: number): HedgeFailure {
  const failure = attempt.failureOf(status);
  return {
    code: status.code,
    failure,
    connectionLost: isConnectionLost(status),
    picked: attempt.wasPicked(failure),
    optional: attempt.optional,
    othersUntried: attempt.othersUntried,
    wentAway: attempt.wentAway,
    pushback: pushbackOf(status.metadata),
    refused: refusedBefore + (failure === 'refused' ? 1 : 0),
  };
}
