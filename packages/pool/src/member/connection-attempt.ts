import type * as grpc from '@grpc/grpc-js';
import {
  formatAddress,
  interleaveFamilies,
  scheduleAttentively,
  type Address,
  type Endpoint,
  type Timer,
} from '@fairlead/core';
import { AddressAttempt } from './address-attempt.js';
import type { ConnectionEnd } from './disconnect-reason.js';
import type { MemberContext } from './member-context.js';

/** An attempt to connect, as whoever waits for it sees it. */
export interface Attempt {
  /** What the connection is made with. */
  readonly credentialsRevision: number;
  /** May fail before it returns. */
  start(): void;
  /** Gives up, and the sockets with it. Idempotent; nothing after the end. */
  abandon(): void;
}

/** What becomes of an attempt; one of the two is called, once, unless it is abandoned before. */
export interface AttemptListener {
  /** One of the addresses is connected. The channel is the listener's now. */
  connected(attempt: Attempt, channel: grpc.ChannelInterface, address: Address, end: ConnectionEnd): void;
  /** Nothing is left of the attempt. */
  failed(attempt: Attempt, cause: string): void;
}

/**
 * One attempt to connect to an endpoint, bounded by the connect timeout: Happy Eyeballs over its addresses (RFC 8305,
 * gRFC A61). The next address is tried beside the others when the newest one takes longer than the connection attempt
 * delay, and at once when it fails; the first to be connected wins, the others are given up.
 */
export class ConnectionAttempt implements Attempt {
  readonly #endpoint: Endpoint;
  readonly #addresses: readonly Address[];
  readonly #context: MemberContext;
  readonly #listener: AttemptListener;
  /** In the order of the addresses. */
  readonly #attempts: AddressAttempt[] = [];
  #deadline: Timer | undefined;
  #delay: Timer | undefined;
  #over = false;
  #credentialsRevision = 0;

  constructor(endpoint: Endpoint, context: MemberContext, listener: AttemptListener) {
    this.#endpoint = endpoint;
    this.#addresses = interleaveFamilies(endpoint.addresses, (address) => address);
    this.#context = context;
    this.#listener = listener;
  }

  get credentialsRevision(): number {
    return this.#credentialsRevision;
  }

  start(): void {
    const { clock, connectTimeoutMs, stalls } = this.#context;
    this.#deadline = scheduleAttentively(clock, stalls, connectTimeoutMs, () => {
      this.#fail(`timed out after ${connectTimeoutMs} ms`);
    });
    this.#startNext();
  }

  abandon(): void {
    if (this.#over) return;
    this.#end();
    for (const attempt of this.#attempts) attempt.abandon();
  }

  #startNext(): void {
    const { clock, connectionAttemptDelayMs } = this.#context;
    const address = this.#addresses[this.#attempts.length];
    if (address === undefined) return;
    const endpoint = this.#addresses.length === 1 ? this.#endpoint : atAddress(this.#endpoint, address);
    const attempt = new AddressAttempt(endpoint, this.#context, {
      connected: (winner, channel, end) => this.#connected(winner, channel, end),
      failed: (loser) => this.#failed(loser),
    });
    this.#attempts.push(attempt);
    if (this.#attempts.length < this.#addresses.length) {
      this.#delay = clock.schedule(connectionAttemptDelayMs, () => this.#startNext());
    }
    attempt.start();
  }

  #connected(winner: AddressAttempt, channel: grpc.ChannelInterface, end: ConnectionEnd): void {
    this.#end();
    for (const attempt of this.#attempts) if (attempt !== winner) attempt.abandon();
    this.#context.onConnected(this.#endpoint, channel, end);
    this.#credentialsRevision = winner.credentialsRevision;
    this.#listener.connected(this, channel, winner.address, end);
  }

  /** The failure of one that was tried before the newest leaves the newest its time (as in grpc-go). */
  #failed(loser: AddressAttempt): void {
    if (this.#attempts.length === this.#addresses.length) {
      if (this.#attempts.every(({ cause }) => cause !== undefined)) this.#fail('failed');
    } else if (loser === this.#attempts.at(-1)) {
      this.#delay?.cancel();
      this.#startNext();
    }
  }

  /** @param rest what happened to the addresses that have not failed by themselves. */
  #fail(rest: string): void {
    if (this.#over) return;
    for (const { cause } of this.#attempts) if (cause === undefined) this.#context.counts.connectionAttemptsFailed += 1;
    this.abandon();
    this.#listener.failed(this, this.#explain(rest));
  }

  /** Each address with its cause, which names it. */
  #explain(rest: string): string {
    const parts = this.#addresses.map((address, index) => {
      const attempt = this.#attempts[index];
      const how = attempt === undefined ? 'not tried in time' : rest;
      return attempt?.cause ?? `connect to ${formatAddress(address)} ${how}`;
    });
    return parts.join('; ');
  }

  #end(): void {
    this.#over = true;
    this.#deadline?.cancel();
    this.#delay?.cancel();
  }
}

function atAddress(endpoint: Endpoint, address: Address): Endpoint {
  return { ...endpoint, addresses: [address] };
}
