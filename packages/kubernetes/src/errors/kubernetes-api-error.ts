import { FairleadError } from '@fairlead/core';

/** What is known of a request that the API server did not serve. */
export interface KubernetesApiFailure {
  /** The HTTP status, or the code of a `Status` object inside a stream; undefined when there was no answer. */
  readonly status?: number;
  /** `reason` of the `Status` object, e.g. `Forbidden`, `Expired`. */
  readonly reason?: string;
  /** How long the server wants to be left alone, in ms. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * The API server did not answer, refused, or answered with something else than what was asked for. Told to the pool as the
 * error of a look-up: what it knows of the pods stays, and the resolver tries again by itself.
 */
export class KubernetesApiError extends FairleadError {
  static readonly code = 'FAIRLEAD_KUBERNETES_API';

  /** The HTTP status, or the code of a `Status` object inside a stream; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `reason` of the `Status` object, e.g. `Forbidden`, `Expired`. */
  readonly reason: string | undefined;
  /** How long the server wants to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, failure: KubernetesApiFailure = {}) {
    super(KubernetesApiError.code, message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.status = failure.status;
    this.reason = failure.reason;
    this.retryAfterMs = failure.retryAfterMs;
  }

  override get name(): string {
    return 'KubernetesApiError';
  }
}
