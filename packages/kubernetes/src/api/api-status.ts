import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import { fieldsOf, listOf, stringOf } from './json-fields.js';

/** A condition of the API server that decides what a reflector does next. */
export type ApiCondition = 'expired' | 'too-large' | 'busy' | 'internal' | 'refused' | 'other';

/** `Status` of the API machinery: the body of an error answer, and the object of an `ERROR` event. */
export function apiErrorOf(value: unknown, what: string, status?: number, retryAfterMs?: number): KubernetesApiError {
  const body = fieldsOf(value);
  const details = fieldsOf(body['details']);
  const code = typeof body['code'] === 'number' ? body['code'] : status;
  const reason = stringOf(body['reason']) ?? causeOf(listOf(details['causes'])[0]);
  const text = stringOf(body['message']) ?? 'no reason given';
  const seconds = details['retryAfterSeconds'];
  const waitMs = retryAfterMs ?? (typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined);
  return new KubernetesApiError(`${what}: ${text}${code === undefined ? '' : ` (${code})`}`, {
    ...(code !== undefined && { status: code }),
    ...(reason !== undefined && { reason }),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    cause: value,
  });
}

function causeOf(value: unknown): string | undefined {
  return stringOf(fieldsOf(value)['reason']);
}

/**
 * What an error means to a reflector (client-go `reflector.go`: `isExpiredError`, `isTooLargeResourceVersionError`,
 * `isWatchErrorRetriable`).
 */
export function conditionOf(error: unknown): ApiCondition {
  if (!(error instanceof KubernetesApiError)) return 'other';
  const { status, reason, message, cause } = error;
  if (status === undefined)
    return (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED' ? 'refused' : 'other';
  if (status === 410 || reason === 'Expired' || reason === 'Gone') return 'expired';
  // Before 1.17 there was no cause to tell it by.
  if (reason === 'ResourceVersionTooLarge' || /too large resource version/i.test(message) || isTooLarge(cause)) {
    return 'too-large';
  }
  if (status === 429 || reason === 'TooManyRequests') return 'busy';
  return status === 500 || reason === 'InternalError' ? 'internal' : 'other';
}

function isTooLarge(status: unknown): boolean {
  const causes = listOf(fieldsOf(fieldsOf(status)['details'])['causes']);
  return causes.some((each) => causeOf(each) === 'ResourceVersionTooLarge');
}

/** `Retry-After` in seconds; the form with a date is not used by API servers. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1_000 : undefined;
}
