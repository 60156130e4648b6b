import { InvalidOptionError } from '@fairlead/core';
import { SERVING_STATUSES, isServingStatus, type ServingStatus } from './serving-status.js';

/** The statuses of a server's services, as the application sets them. `''` is the server as a whole. */
export interface HealthStatuses<S extends string = string> {
  /**
   * Sets the status of a service and tells the watchers, if it is a new one. Once the shutdown has begun everything stays
   * `NOT_SERVING`, and calls have no effect: a check that recovers meanwhile must not call the clients back.
   *
   * @throws InvalidOptionError for a service that was not named at the start, or a status that does not exist.
   */
  setStatus(service: S | '', status: ServingStatus): void;

  /**
   * The current status of a service.
   * @throws InvalidOptionError for a service that was not named at the start.
   */
  statusOf(service: S | ''): ServingStatus;
}

/**
 * The registry behind {@link HealthStatuses}. It closes three gaps of `grpc-health-check`, which sends an unchanged status
 * again to every watcher, takes any string for a status, and knows no "from now on NOT_SERVING".
 */
export class StatusRegistry<S extends string> implements HealthStatuses<S> {
  readonly #current: Map<string, ServingStatus>;
  readonly #publish: (service: string, status: ServingStatus) => void;
  #isShuttingDown = false;

  constructor(
    initial: Readonly<Record<string, ServingStatus>>,
    publish: (service: string, status: ServingStatus) => void,
  ) {
    this.#current = new Map(Object.entries(initial));
    this.#publish = publish;
  }

  setStatus(service: S | '', status: ServingStatus): void {
    this.#requireKnown(service);
    if (!isServingStatus(status)) throw new InvalidOptionError('status', status, `one of ${quoted(SERVING_STATUSES)}`);
    if (!this.#isShuttingDown) this.#set(service, status);
  }

  statusOf(service: S | ''): ServingStatus {
    return this.#requireKnown(service);
  }

  /** Everything is NOT_SERVING from now on. */
  beginShutdown(): void {
    this.#isShuttingDown = true;
    for (const service of this.#current.keys()) this.#set(service, 'NOT_SERVING');
  }

  #set(service: string, status: ServingStatus): void {
    if (this.#current.get(service) === status) return;
    this.#current.set(service, status);
    this.#publish(service, status);
  }

  #requireKnown(service: string): ServingStatus {
    const status = this.#current.get(service);
    if (status !== undefined) return status;
    throw new InvalidOptionError('service', service, `one of ${quoted([...this.#current.keys()])}`);
  }
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ');
}
