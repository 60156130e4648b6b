/**
 * What `grpc.health.v1.Health` says about a service. `UNKNOWN` is for "not decided yet", at start; clients treat it like
 * `NOT_SERVING`. (`SERVICE_UNKNOWN`, the fourth of the protocol, is the server's answer for a name that it does not have.)
 */
export type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'UNKNOWN';

export const SERVING_STATUSES: readonly ServingStatus[] = ['SERVING', 'NOT_SERVING', 'UNKNOWN'];

export function isServingStatus(value: unknown): value is ServingStatus {
  return (SERVING_STATUSES as readonly unknown[]).includes(value);
}
