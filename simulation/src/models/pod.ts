import type { Endpoint } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import { Server, type ServerOptions } from './server.js';

/** One client's connection, as the pod sees it. */
export interface PodConnection {
  /** The pod takes no new calls on it any more; those under way go on (GOAWAY). */
  goAway(): void;
  /** It is gone with everything on it. */
  reset(): void;
  /** Calls on it that were not answered. */
  readonly open: number;
}

/** How a connection attempt ends at the pod. */
export type Reception = 'accepted' | 'refused' | 'silence';

/** A process in the cluster: its server, its connections, its life. */
export class Pod {
  readonly endpoint: Endpoint;
  readonly server: Server;
  readonly #engine: Engine;
  readonly #connections = new Set<PodConnection>();
  #listening = true;
  #reachable = true;
  readonly #startedAt: number;

  constructor(engine: Engine, endpoint: Endpoint, options: ServerOptions) {
    this.endpoint = endpoint;
    this.#engine = engine;
    this.server = new Server(engine, endpoint.id, options);
    this.#startedAt = engine.now;
  }

  /** Whether it was there from the beginning and is still there. */
  get lasted(): boolean {
    return this.#startedAt === 0 && this.#listening;
  }

  /** The time that its cores have worked, all added up, in ms. */
  get busyMs(): number {
    return this.server.meter.busyMsAt(this.#engine.now);
  }

  get id(): string {
    return this.endpoint.id;
  }

  get zone(): string | undefined {
    return this.endpoint.attributes.zone;
  }

  /** Whether messages arrive. */
  get reachable(): boolean {
    return this.#reachable;
  }

  get reception(): Reception {
    if (!this.#reachable) return 'silence';
    return this.#listening ? 'accepted' : 'refused';
  }

  accept(connection: PodConnection): void {
    this.#connections.add(connection);
  }

  closed(connection: PodConnection): void {
    this.#connections.delete(connection);
  }

  /** Takes no new connection and no new call; what it has is finished, up to `graceMs`. */
  shutDown(graceMs: number): void {
    if (!this.#listening) return;
    this.#trace('shuts down');
    this.#listening = false;
    for (const connection of [...this.#connections]) connection.goAway();
    this.#engine.after(graceMs, () => this.crash());
  }

  /** The process is gone: connections are reset, nobody listens. */
  crash(): void {
    if (this.#listening) this.#trace('crashes');
    this.#listening = false;
    this.server.die();
    this.#resetAll();
  }

  /** Another process listens at the same address. */
  restart(): void {
    this.#trace('restarts');
    this.#listening = true;
  }

  /** The network loses whatever is sent to it or by it; its clients notice after `noticedAfterMs` (keepalive). */
  isolate(noticedAfterMs: number): void {
    this.#trace('is isolated');
    this.#reachable = false;
    this.#engine.after(noticedAfterMs, () => {
      if (!this.#reachable) this.#resetAll();
    });
  }

  /** The network carries its messages again. */
  rejoin(): void {
    this.#trace('rejoins');
    this.#reachable = true;
  }

  #resetAll(): void {
    for (const connection of [...this.#connections]) connection.reset();
  }

  #trace(what: string): void {
    if (this.#engine.traces) this.#engine.trace(`${this.id} ${what}`);
  }
}
