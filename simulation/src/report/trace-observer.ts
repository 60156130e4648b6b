import { statusName } from '@fairlead/core';
import type { ClientObserver } from '../client/client-observer.js';
import type { SimCall } from '../client/sim-call.js';
import type { SimMember } from '../client/sim-member.js';
import type { Engine } from '../engine/engine.js';

/** Writes what one client does into the trace. */
export class TraceObserver implements Partial<ClientObserver> {
  readonly #engine: Engine;
  readonly #client: string;

  constructor(engine: Engine, client: string) {
    this.#engine = engine;
    this.#client = client;
  }

  callStarted(call: SimCall): void {
    this.#write(call, 'starts');
  }

  attemptStarted(call: SimCall, member: SimMember): void {
    this.#write(
      call,
      `attempt ${call.attempts} to ${member.endpoint.id}, load ${member.load.valueAt(this.#engine.now)}`,
    );
  }

  retrying(call: SimCall, costsBudget: boolean): void {
    this.#write(call, costsBudget ? 'is retried' : 'is retried for free');
  }

  callEnded(call: SimCall, code: number): void {
    this.#write(call, `ends with ${statusName(code)}`);
  }

  connectionClosed(): void {
    this.#engine.trace(`${this.#client} connection closed`);
  }

  #write(call: SimCall, what: string): void {
    this.#engine.trace(`${this.#client} call ${call.id} ${what}`);
  }
}
