import type { Endpoint, Timer } from '@fairlead/core';
import type { VirtualClock } from '@fairlead/testing';
import { connectivityState, type ChannelOptions } from '@grpc/grpc-js';
import type { GrpcCall } from '../../src/grpc-types.js';
import { FakeChannel, type FakeCall } from '../support/fake-channel.js';

/** How a pod meets a connection: at once, never, refused, accepted and dropped, accepted and sent away; or as the steps say. */
export const POD_MODES = ['manual', 'accept', 'refuse', 'hang-up', 'go-away'] as const;

export type PodMode = (typeof POD_MODES)[number];

const ROUND_TRIP_MS = 5;
const SHORT_LIFE_MS = 30;

/** How long calls and connections may stay after their pod left, or their connection was replaced. */
export interface Graces {
  readonly leftMs: number;
  readonly replacedMs: number;
}

/** A call on a channel, and by when it must have ended because its channel may not be any more. */
export interface Flight {
  readonly call: FakeCall;
  readonly channel: PodChannel;
  endBy: number;
}

/** Where all channels of a pool lead to. Knows which of them the pool may use. */
export class PodNetwork {
  /** Of each pod that the pool must know, the newest connection that has been made. */
  readonly current = new Map<string, PodChannel>();
  /** Channels that are not closed. */
  readonly open = new Set<PodChannel>();
  readonly clock: VirtualClock;
  mode: (id: string) => PodMode = () => 'manual';
  /** Told of everything that must not be. */
  readonly complain: (what: string) => void;
  connected = 0;
  disconnected = 0;
  /** Calls that were made, those that a channel refused to make included. */
  made = 0;
  /** Those that a channel refused to make. */
  refused = 0;
  readonly #graces: Graces;
  readonly #isKnown: (id: string) => boolean;
  readonly #paths = new Set<string>();
  #flights: Flight[] = [];

  constructor(clock: VirtualClock, graces: Graces, isKnown: (id: string) => boolean, complain: (what: string) => void) {
    this.clock = clock;
    this.#graces = graces;
    this.#isKnown = isKnown;
    this.complain = complain;
  }

  get flights(): readonly Flight[] {
    return (this.#flights = this.#flights.filter(({ call }) => !call.ended));
  }

  readonly channel = (endpoint: Endpoint, options: { readonly channelArguments: ChannelOptions }): PodChannel =>
    new PodChannel(this, endpoint, options.channelArguments);

  /** A connection is about to take the place of the last one. */
  replace(channel: PodChannel): void {
    const previous = this.current.get(channel.endpoint.id);
    this.current.set(channel.endpoint.id, channel);
    if (previous !== undefined && !previous.closed) this.#retire([previous], this.#graces.replacedMs);
  }

  /** The pool does not want this connection any more. */
  letGo(channel: PodChannel): void {
    this.current.delete(channel.endpoint.id);
    this.#retire([channel], this.#graces.replacedMs);
  }

  /** These pods are not the pool's any more. */
  leave(ids: readonly string[]): void {
    const left = new Set(ids);
    this.#retire(
      [...this.open, ...this.flights.map(({ channel }) => channel)].filter(({ endpoint }) => left.has(endpoint.id)),
      this.#graces.leftMs,
    );
    for (const id of ids) this.current.delete(id);
  }

  /** A call of the application is about to be made. */
  admit(channel: PodChannel, path: string): void {
    const { endpoint, state } = channel;
    this.made += 1;
    if (this.#paths.has(path)) this.complain(`${path} was given to a member twice`);
    this.#paths.add(path);
    const where = `${path} was given to ${endpoint.id}`;
    if (!this.#isKnown(endpoint.id)) this.complain(`${where}, which left`);
    else if (state !== connectivityState.READY) this.complain(`${where}, which is ${connectivityState[state]}`);
    else if (this.current.get(endpoint.id) !== channel) this.complain(`${where}, on a connection that was replaced`);
  }

  saw(path: string): boolean {
    return this.#paths.has(path);
  }

  carry(call: FakeCall, channel: PodChannel): void {
    this.#flights.push({ call, channel, endBy: Infinity });
  }

  #retire(channels: readonly PodChannel[], graceMs: number): void {
    const by = this.clock.now() + graceMs;
    for (const channel of channels) channel.closeBy = Math.min(channel.closeBy, by);
    for (const flight of this.#flights) {
      if (channels.includes(flight.channel)) flight.endBy = Math.min(flight.endBy, by);
    }
  }
}

/** A channel to a pod of a {@link PodNetwork}. */
export class PodChannel extends FakeChannel {
  closeBy = Infinity;
  readonly madeAt: number;
  /** It has been connected. */
  wasReady = false;
  /** How often it refuses to make a call. */
  jammed = 0;
  readonly #network: PodNetwork;
  #answer: Timer | undefined;

  constructor(network: PodNetwork, endpoint: Endpoint, channelArguments: ChannelOptions) {
    super(endpoint, channelArguments);
    this.#network = network;
    this.madeAt = network.clock.now();
    network.open.add(this);
  }

  /** The pod answers, if it does by itself. */
  meet(): void {
    const mode = this.#network.mode(this.endpoint.id);
    if (mode === 'manual' || this.#answer !== undefined) return;
    this.#answer = this.#network.clock.schedule(ROUND_TRIP_MS, () => {
      if (!this.connecting) return;
      if (mode === 'refuse') return this.refuse();
      this.ready();
      if (mode === 'accept' || this.closed) return;
      this.#answer = this.#network.clock.schedule(SHORT_LIFE_MS, () => this.#end(mode));
    });
  }

  override ready(): void {
    if (!this.connecting) return;
    this.wasReady = true;
    this.#network.connected += 1;
    this.#network.replace(this);
    super.ready();
  }

  /** The server sends GOAWAY; calls go on. */
  goAway(): void {
    if (this.state === connectivityState.READY) this.session.emit('goaway', 0, 0, undefined);
  }

  override getConnectivityState(tryToConnect: boolean): connectivityState {
    const wasIdle = this.state === connectivityState.IDLE;
    const state = super.getConnectivityState(tryToConnect);
    if (tryToConnect && wasIdle) this.meet();
    return state;
  }

  override createCall(path: string): GrpcCall {
    if (path.startsWith('/fairlead.')) return super.createCall(path);
    this.#network.admit(this, path);
    if (this.jammed > 0) {
      this.jammed -= 1;
      this.#network.refused += 1;
      throw new Error('jammed');
    }
    const call = super.createCall(path);
    this.#network.carry(call as unknown as FakeCall, this);
    return call;
  }

  override close(): void {
    if (this.closed) return;
    this.#answer?.cancel();
    this.#network.open.delete(this);
    if (this.wasReady) this.#network.disconnected += 1;
    super.close();
  }

  #end(mode: PodMode): void {
    if (this.state !== connectivityState.READY) return;
    if (mode === 'go-away') this.goAway();
    else this.lose(true);
  }
}
