import type { Metadata } from '@grpc/grpc-js';
import { callSlot } from '../call/call-slot.js';
import type { InterceptorOptions } from '../grpc-types.js';

/**
 * Metadata of a call that must not be repeated, here or further on: somebody above repeats it already. Any value counts; we
 * send `1`.
 *
 * Three hops that make up to three attempts each make 27 of one call at the last one, at the moment when it can bear it least.
 * gRPC has the number of earlier attempts in `grpc-previous-rpc-attempts`, but only from one hop to the next.
 */
export const NO_RETRY_KEY = 'fairlead-no-retry';

const ATTEMPTS_KEY = 'grpc-previous-rpc-attempts';

/** Why a call that is made under another one must not be repeated. */
const forbidden = callSlot<string>('fairlead.no-retry');

export function forbidRetries(options: InterceptorOptions, why: string): InterceptorOptions {
  return forbidden.attach(options, why);
}

/**
 * Why the calls made while serving a call must not be repeated; undefined when they may.
 * @param incoming its metadata. Parents that tests make up may have none.
 */
export function whyNoRetriesUnder(incoming: Metadata | undefined): string | undefined {
  if (incoming === undefined) return undefined;
  if (incoming.get(NO_RETRY_KEY).length > 0) return 'the incoming call forbids it (fairlead-no-retry)';
  const attempts = Number(incoming.get(ATTEMPTS_KEY)[0] ?? 0);
  return attempts > 0 ? `the incoming call is attempt ${attempts + 1} itself` : undefined;
}

/** Why a call must make no attempts that cost budget; undefined when it may. */
export function whyNoRetries(options: InterceptorOptions, metadata: Metadata): string | undefined {
  return (
    forbidden.of(options) ??
    (metadata.get(NO_RETRY_KEY).length > 0 ? 'the call forbids it (fairlead-no-retry)' : undefined)
  );
}

/** Tells the next hop. @param metadata of one attempt. */
export function announceNoRetries(options: InterceptorOptions, metadata: Metadata): void {
  if (forbidden.of(options) !== undefined) metadata.set(NO_RETRY_KEY, '1');
}
