import {
  connectionBackoff,
  type Backoff,
  type Endpoint,
  type Load,
  type MemberConnectivity,
  type MemberView,
} from '@fairlead/core';
import type { ScheduledEvent } from '../engine/scheduled-event.js';
import type { Pod } from '../models/pod.js';
import { Connection, type ConnectionListener } from './connection.js';
import type { MemberContext } from './member-context.js';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: ScheduledEvent }
  | { readonly kind: 'ready'; readonly connection: Connection; readonly since: number }
  | { readonly kind: 'backing-off'; readonly timer: ScheduledEvent }
  | { readonly kind: 'left' };

/** Round trips until a new connection carries calls: TCP and HTTP/2 settings. */
const HANDSHAKE_TRIPS = 3;

/**
 * One pod in one client's roster, with the rules of the pool's Member: at most one connection, a lost one is replaced at
 * once, a refused one after a backoff, and `transient-failure` lasts until it is ready again.
 */
export class SimMember implements MemberView, ConnectionListener {
  readonly load: Load;
  readonly pod: Pod;
  /** Attempts on it that have not ended. */
  attempts = 0;
  #endpoint: Endpoint;
  #state: State = { kind: 'idle' };
  #failing = false;
  /** What the client was told last. */
  #shown: MemberConnectivity = 'idle';
  #backoff: Backoff = connectionBackoff();
  readonly #draining = new Map<Connection, ScheduledEvent | undefined>();
  readonly #context: MemberContext;

  constructor(endpoint: Endpoint, load: Load, context: MemberContext) {
    this.#endpoint = endpoint;
    this.load = load;
    this.#context = context;
    this.pod = context.podOf(endpoint.id);
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get connectivity(): MemberConnectivity {
    const { kind } = this.#state;
    if (kind === 'ready') return 'ready';
    if (this.#failing || kind === 'backing-off') return 'transient-failure';
    return kind === 'connecting' ? 'connecting' : 'idle';
  }

  get connection(): Connection | undefined {
    return this.#state.kind === 'ready' ? this.#state.connection : undefined;
  }

  /** The same pod, newly reported. */
  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  /** Starts to connect when idle. */
  connect(): void {
    if (this.#state.kind === 'idle') this.#connect();
  }

  /** The policy does not want the connection: it takes no new calls, and closes after those that it has. */
  letGo(): void {
    if (this.#state.kind === 'left') return;
    this.#failing = false;
    this.#become({ kind: 'idle' }, Infinity);
  }

  /** The pod left the target. */
  leave(): void {
    const { drainGraceMs } = this.#context;
    for (const connection of [...this.#draining.keys()]) this.#limit(connection, drainGraceMs);
    this.#become({ kind: 'left' }, drainGraceMs);
  }

  /** Ends at once whatever still drains. */
  close(): void {
    this.#become({ kind: 'left' }, 0);
    for (const connection of [...this.#draining.keys()]) connection.cut();
  }

  goneAway(connection: Connection): void {
    if (this.connection !== connection) return;
    this.#become({ kind: 'idle' }, Infinity);
    this.connect();
  }

  lost(connection: Connection): void {
    const state = this.#state;
    this.#released(connection);
    if (state.kind !== 'ready' || state.connection !== connection) return;
    const livedMs = this.#context.engine.now - state.since;
    this.#state = { kind: 'idle' };
    if (livedMs < this.#backoff.baseMs) return this.#fail();
    this.#backoff = connectionBackoff();
    this.#connect();
  }

  closed(connection: Connection): void {
    this.#released(connection);
  }

  #connect(): void {
    const { engine, network, resources, connectTimeoutMs } = this.#context;
    const silent = this.pod.reception === 'silence';
    const delayMs = silent ? connectTimeoutMs : HANDSHAKE_TRIPS * network.delayMs(this.pod.zone);
    const attempt = engine.after(delayMs, () => this.#attempted(silent), resources);
    this.#become({ kind: 'connecting', attempt }, Infinity);
  }

  #attempted(silent: boolean): void {
    if (silent || this.pod.reception !== 'accepted') return this.#fail();
    const { engine, network, resources } = this.#context;
    this.#failing = false;
    resources.connections++;
    const connection = new Connection(engine, network, this.pod, this);
    this.#become({ kind: 'ready', connection, since: engine.now }, Infinity);
  }

  #fail(): void {
    const { engine, random, resources } = this.#context;
    this.#failing = true;
    const delayMs = this.#backoff.delayMs(random);
    this.#backoff = this.#backoff.next();
    this.#become({ kind: 'backing-off', timer: engine.after(delayMs, () => this.#connect(), resources) }, Infinity);
  }

  #become(next: State, graceMs: number): void {
    const previous = this.#state;
    if (previous.kind === 'left') return;
    this.#state = next;
    if (previous.kind === 'backing-off') previous.timer.cancel();
    if (previous.kind === 'connecting') previous.attempt.cancel();
    if (previous.kind === 'ready') this.#drain(previous.connection, graceMs);
    if (next.kind !== 'left') this.#show();
  }

  #show(): void {
    if (this.#shown === this.connectivity) return;
    this.#shown = this.connectivity;
    this.#context.onChange(this);
  }

  #drain(connection: Connection, graceMs: number): void {
    this.#draining.set(connection, undefined);
    if (graceMs < Infinity) this.#limit(connection, graceMs);
    connection.closeWhenIdle();
  }

  #limit(connection: Connection, graceMs: number): void {
    const { engine, resources, observer } = this.#context;
    this.#draining.get(connection)?.cancel();
    this.#draining.set(
      connection,
      engine.after(graceMs, () => connection.cut(), resources),
    );
    observer.drainStarted(connection);
  }

  #released(connection: Connection): void {
    const { resources, observer } = this.#context;
    resources.connections--;
    this.#draining.get(connection)?.cancel();
    this.#draining.delete(connection);
    observer.connectionClosed(connection);
  }
}
