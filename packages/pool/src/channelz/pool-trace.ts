import { formatAddress, type Clock, type Endpoint } from '@fairlead/core';
import type { PoolEmitter } from '../events.js';
import { timestampOf, type ChannelTrace, type TraceEvent } from './channelz-types.js';

/** As many as grpc-js keeps at least. */
const KEPT_EVENTS = 32;

/** The last things that happened to a pool, for people who look at it (`ChannelTrace` of channelz). */
export class PoolTrace {
  readonly #clock: Clock;
  readonly #createdAt: number;
  readonly #events: TraceEvent[] = [];
  #logged = 0;

  constructor(clock: Clock, events: PoolEmitter) {
    this.#clock = clock;
    this.#createdAt = clock.epochNow();
    this.#add('Pool created');
    events.on('state', ({ from, to }) => this.#add(`Connectivity state change from ${from} to ${to}`));
    events.on('endpoints', ({ added, removed }) => {
      this.#addEach('Pod added', added);
      this.#addEach('Pod left', removed);
    });
    events.on('member', ({ cause, endpoint, lost, to }) => {
      if (lost || to === 'transient-failure') this.#add(`${nameOf(endpoint)}: ${cause ?? 'lost'}`, 'CT_WARNING');
    });
    events.on('rotated', ({ endpoint, reason }) => {
      const because = reason === 'age' ? 'its age' : 'new credentials';
      this.#add(`${nameOf(endpoint)}: connection replaced because of ${because}`);
    });
    events.on('rotationCut', ({ cut, endpoint }) => {
      this.#add(`${nameOf(endpoint)}: ${cut} calls cut on the replaced connection`, 'CT_WARNING');
    });
    events.on('healthCheckUnimplemented', ({ endpoint }) => {
      this.#add(`${nameOf(endpoint)}: no grpc.health.v1.Health, it counts as healthy`, 'CT_WARNING');
    });
    events.on('resolverError', ({ message }) => this.#add(`Look-up failed: ${message}`, 'CT_WARNING'));
  }

  message(): ChannelTrace {
    return {
      creation_timestamp: timestampOf(this.#createdAt),
      num_events_logged: this.#logged,
      events: [...this.#events],
    };
  }

  #addEach(what: string, endpoints: readonly Endpoint[]): void {
    for (const endpoint of endpoints) this.#add(`${what}: ${nameOf(endpoint)}`);
  }

  #add(description: string, severity: 'CT_INFO' | 'CT_WARNING' = 'CT_INFO'): void {
    this.#logged += 1;
    if (this.#events.length === KEPT_EVENTS) this.#events.shift();
    this.#events.push({ description, severity, timestamp: timestampOf(this.#clock.epochNow()) });
  }
}

/** `web-1 10.0.0.1:50051`, without the name where it is not known. */
export function nameOf({ addresses, attributes }: Endpoint): string {
  const address = formatAddress(addresses[0]);
  return attributes.pod === undefined ? address : `${attributes.pod} ${address}`;
}
