import { InvalidOptionError, STATUS_CODES } from '@fairlead/core';
import type { Server, ServerWritableStream } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { ServingStatus } from './serving-status.js';

type AddService = Parameters<HealthImplementation['addToServer']>[0]['addService'];
type Handlers = Parameters<AddService>[1];
type WatchCall = ServerWritableStream<unknown, unknown>;
type WatchHandler = (call: WatchCall) => void;

/**
 * `grpc-health-check`'s implementation of `grpc.health.v1.Health` on a server, plus what a shutdown needs and it lacks: it
 * never ends an open Watch, and a server with an open call never ends by itself.
 */
export class HealthService {
  readonly #implementation: HealthImplementation;
  readonly #watches = new Set<WatchCall>();
  #isEnding = false;

  constructor(initial: Readonly<Record<string, ServingStatus>>) {
    this.#implementation = new HealthImplementation({ ...initial });
  }

  /** @throws InvalidOptionError when the server has a health service already. */
  addTo(server: Pick<Server, 'addService'>): void {
    const addService: AddService = (definition, handlers) => {
      server.addService(definition, { ...handlers, watch: this.#tracked(handlers) });
    };
    try {
      this.#implementation.addToServer({ addService });
    } catch (cause) {
      throw new InvalidOptionError('server', server, 'a server without grpc.health.v1.Health', { cause });
    }
  }

  publish(service: string, status: ServingStatus): void {
    this.#implementation.setStatus(service, status);
  }

  /**
   * Ends the open Watch calls, after what was written to them, and every one that comes later. The status is UNAVAILABLE: a
   * watcher must not take the end of the news for good news.
   *
   * @returns how many were open
   */
  endWatches(): number {
    this.#isEnding = true;
    const open = [...this.#watches];
    for (const call of open) end(call);
    return open.length;
  }

  #tracked(handlers: Handlers): WatchHandler {
    const watch = handlers['watch'] as unknown as WatchHandler;
    return (call) => {
      this.#watches.add(call);
      // A stream that was cancelled is neither finished nor closed.
      for (const event of ['cancelled', 'finish', 'close']) call.once(event, () => this.#watches.delete(call));
      watch(call);
      if (this.#isEnding) end(call);
    };
  }
}

function end(call: WatchCall): void {
  // The documented way to end a stream with a status other than OK.
  call.emit('error', { code: STATUS_CODES.UNAVAILABLE, details: 'The server is shutting down' });
}
