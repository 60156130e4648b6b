import * as grpc from '@grpc/grpc-js';
import type { WorkClient } from './service.js';

/** The deadline of a call, unless another one is given: a client that waits for ever would look as if it never failed. */
export const DEADLINE_MS = 1_000;

/** One call, as the client saw it. Times are those of `performance.now()`. */
export interface CallRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly code: grpc.status;
  /** Which pod answered; undefined when none did. */
  readonly pod: string | undefined;
  readonly error: grpc.ServiceError | undefined;
}

/** Calls at a fixed rate, whatever becomes of them (open loop): a slow or failing client gets no rest. */
export class Load {
  readonly records: CallRecord[] = [];
  readonly #client: WorkClient;
  readonly #prefix: string;
  readonly #intervalMs: number;
  readonly #deadlineMs: number;
  readonly #startedAt = performance.now();
  #sent = 0;
  #pending = 0;
  readonly #timer: NodeJS.Timeout;
  #drained: (() => void) | undefined;

  constructor(client: WorkClient, prefix: string, rps: number, deadlineMs = DEADLINE_MS) {
    this.#client = client;
    this.#deadlineMs = deadlineMs;
    this.#prefix = prefix;
    this.#intervalMs = 1_000 / rps;
    this.#timer = setInterval(() => this.#tick(), Math.max(1, Math.floor(this.#intervalMs)));
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Stops, and resolves when every call has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#pending > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  /** Sends all calls that are due. */
  #tick(): void {
    const due = Math.floor((performance.now() - this.#startedAt) / this.#intervalMs) + 1;
    while (this.#sent < due) this.#call(`${this.#prefix}-${(this.#sent += 1)}`);
  }

  #call(id: string): void {
    const startedAt = performance.now();
    this.#pending += 1;
    this.#client.Do(id, new grpc.Metadata(), { deadline: Date.now() + this.#deadlineMs }, (error, pod) => {
      const code = error === null ? grpc.status.OK : error.code;
      this.records.push({ id, startedAt, endedAt: performance.now(), code, pod, error: error ?? undefined });
      this.#pending -= 1;
      if (this.#pending === 0) this.#drained?.();
    });
  }
}
