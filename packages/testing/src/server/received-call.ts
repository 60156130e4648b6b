import type { Metadata } from '@grpc/grpc-js';

/** A call as a scripted server got it. Goes on changing until the call has ended. */
export interface ReceivedCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: Metadata;
  /** The header `grpc-previous-rpc-attempts`; 0 without it. */
  readonly previousAttempts: number;
  /** Address of the client's end of the connection. Calls with the same one came over one connection. */
  readonly peer: string;
  /** Messages so far, as the service's deserializer made them. */
  readonly requests: readonly unknown[];
  /** The client cancelled it, its deadline passed, or its connection was lost. */
  readonly cancelled: boolean;
}

/** The number in `grpc-previous-rpc-attempts`. */
export function previousAttempts(header: unknown): number {
  const value = Number(header ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}
