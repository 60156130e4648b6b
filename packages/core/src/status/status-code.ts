/**
 * The status codes of gRPC by name. The numbers are part of the protocol, so the core needs no gRPC library to know
 * them (grpc/grpc doc/statuscodes.md).
 */
export const STATUS_CODES = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** Name of a status code, upper-case. */
export type StatusName = keyof typeof STATUS_CODES;

const NAMES = Object.keys(STATUS_CODES) as StatusName[];

/** The name of a code, or `CODE_<n>` for a number that the protocol does not define (servers may send any). */
export function statusName(code: number): string {
  return NAMES[code] ?? `CODE_${code}`;
}
