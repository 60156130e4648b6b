/**
 * Why an attempt is made: the call's first one; a retry that counts (gRFC A6); a transparent retry, after an attempt that
 * the application of no server has seen; or a hedge, beside or after another one (gRFC A6).
 */
export type AttemptKind = 'first' | 'retry' | 'transparent-retry' | 'hedge';
