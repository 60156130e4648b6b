/** What is wrong with a server. */
export type Fault =
  | { readonly kind: 'none' }
  /** Each call fails after this time, in ms, with this status; the server may add a hint when to come back. */
  | { readonly kind: 'fails'; readonly afterMs: number; readonly code: number; readonly pushbackMs?: number }
  /** Each call takes this long, in ms, and needs no core for it. */
  | { readonly kind: 'hangs'; readonly ms: number }
  /** Connections are accepted, calls are read, and nothing is ever answered. */
  | { readonly kind: 'black-hole' };

export const HEALTHY: Fault = { kind: 'none' };
