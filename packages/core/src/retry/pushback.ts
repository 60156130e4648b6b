import type { CallStatus } from '../load/load.js';

/** What the server says of a retry in `grpc-retry-pushback-ms` (gRFC A6): nothing, not at all, or after this time. */
export type Pushback =
  { readonly kind: 'none' } | { readonly kind: 'stop' } | { readonly kind: 'after'; readonly delayMs: number };

const MAX_INT32 = 2 ** 31 - 1;

/** An ASCII int32 without needless zeros. Anything else, or several values, means "do not retry". */
export function pushbackOf(metadata: CallStatus['metadata']): Pushback {
  const values = metadata.get('grpc-retry-pushback-ms');
  if (values.length === 0) return { kind: 'none' };
  const [value] = values;
  if (values.length > 1 || typeof value !== 'string' || !/^(0|[1-9]\d*)$/.test(value)) return { kind: 'stop' };
  const delayMs = Number(value);
  return delayMs > MAX_INT32 ? { kind: 'stop' } : { kind: 'after', delayMs };
}
