import type { ChannelInterface } from '@grpc/grpc-js';
import { formatAddress, scheduleAttentively, type Address, type Endpoint, type Timer } from '@fairlead/core';
import { ActiveCalls } from '../member/active-calls.js';
import { ConnectionAttempt, type Attempt, type AttemptListener } from '../member/connection-attempt.js';
import type { ConnectionEnd, DisconnectReason } from '../member/disconnect-reason.js';
import type { MemberContext } from '../member/member-context.js';
import { watchLoss } from '../member/watch-loss.js';
import type { ConnectionHealth } from './connection-health.js';

/** A connection whose server has not said yet how it is. */
interface Candidate {
  readonly channel: ChannelInterface;
  readonly address: Address;
  readonly end: ConnectionEnd;
  readonly health: ConnectionHealth;
  readonly deadline: Timer;
}

/**
 * An attempt to connect that succeeds when the server is also known to be well, for a connection that takes the place of one
 * that works. Where servers are not asked, it is the attempt to connect and no more.
 *
 * The server has the connect timeout once more to say so. A member's first connection has no such limit (gRFC A17).
 */
export class HealthyAttempt implements Attempt {
  readonly #endpoint: Endpoint;
  readonly #context: MemberContext;
  readonly #listener: AttemptListener;
  readonly #connecting: ConnectionAttempt;
  #candidate: Candidate | undefined;

  constructor(endpoint: Endpoint, context: MemberContext, listener: AttemptListener) {
    this.#endpoint = endpoint;
    this.#context = context;
    this.#listener = listener;
    this.#connecting = new ConnectionAttempt(endpoint, context, {
      connected: (_, channel, address, end) => this.#connected(channel, address, end),
      failed: (_, cause) => listener.failed(this, cause),
    });
  }

  get credentialsRevision(): number {
    return this.#connecting.credentialsRevision;
  }

  start(): void {
    this.#connecting.start();
  }

  abandon(): void {
    this.#connecting.abandon();
    this.#close('subchannel shutdown');
  }

  #connected(channel: ChannelInterface, address: Address, end: ConnectionEnd): void {
    const health = this.#context.health.of(channel, this.#endpoint);
    if (health.connectivity === 'ready') return this.#listener.connected(this, channel, address, end);
    const { clock, connectTimeoutMs, stalls } = this.#context;
    const deadline = scheduleAttentively(clock, stalls, connectTimeoutMs, () => {
      this.#fail(`has not said within ${connectTimeoutMs} ms that it is healthy`, 'subchannel shutdown');
    });
    const candidate: Candidate = { channel, address, end, health, deadline };
    this.#candidate = candidate;
    health.attach(new ActiveCalls(), () => this.#review(candidate));
    watchLoss(channel, () => {
      if (this.#candidate === candidate) this.#fail('was lost', end.reason);
    });
  }

  #review({ channel, address, end, health, deadline }: Candidate): void {
    if (health.reason !== undefined) return this.#fail(`is ${health.reason}`, 'subchannel shutdown');
    if (health.connectivity !== 'ready') return;
    deadline.cancel();
    this.#candidate = undefined;
    this.#listener.connected(this, channel, address, end);
  }

  #fail(how: string, reason: DisconnectReason): void {
    const { address } = this.#candidate!;
    this.#close(reason);
    this.#listener.failed(this, `${formatAddress(address)} ${how}`);
  }

  #close(reason: DisconnectReason): void {
    if (this.#candidate === undefined) return;
    const { channel, deadline, health } = this.#candidate;
    this.#candidate = undefined;
    deadline.cancel();
    health.end();
    this.#context.counts.disconnections[reason] += 1;
    channel.close();
  }
}
