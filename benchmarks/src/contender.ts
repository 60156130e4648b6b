/** One way to make calls that is measured beside others. */
export interface Contender {
  /** A unary call. */
  call(done: (error: unknown) => void): void;
  /** A server stream of that many messages of the usual size. */
  stream(messages: number, done: (error: unknown) => void): void;
}

/** A contender's module exports this: `target` names the servers of the run. */
export type Connect = (target: string) => Contender;

/** Bytes of every request and message. */
export const PAYLOAD = Buffer.alloc(100, 1);

/** The deadline, retries, breaker and bulkhead of the contenders that have them; roomy, so that none of them acts. */
export const RETRY_POLICY = {
  maxAttempts: 3,
  initialBackoff: '0.05s',
  maxBackoff: '0.5s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
} as const;
export const MAX_CONCURRENT = 100;
export const MAX_QUEUE = 1_000;
