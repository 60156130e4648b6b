import { connectivityState, status, type ChannelInterface } from '@grpc/grpc-js';
import type { GrpcCall } from '../grpc-types.js';
import { outside } from '../outside.js';
import { askLastError } from './last-error.js';

/** What a channel that connects by itself can do for a call. */
export type FollowedState = 'connecting' | 'ready' | 'transient-failure';

/**
 * A channel of grpc-js that finds, connects and balances by itself, followed as long as it lives. Nothing is done to it: it
 * knows best when to try again, and to make another one in its place would forget what a control plane has told it.
 *
 * `IDLE` after it was woken is ready: there are balancers that connect when a call comes (`ring_hash`), and none before.
 * A failure lasts until it is ready again (gRPC connectivity semantics).
 */
export class FollowedChannel {
  readonly channel: ChannelInterface;
  /** When it was made, in monotonic ms. */
  readonly since: number;
  readonly credentialsRevision: number;
  /** Called after each change of `state`, with the cause of a failure. */
  onChange: (cause: string | undefined) => void;
  #seen = connectivityState.IDLE;
  #state: FollowedState = 'connecting';
  #asking: GrpcCall | undefined;
  /** Grows with each change: an answer that comes later is none. */
  #round = 0;
  #closed = false;

  constructor(
    channel: ChannelInterface,
    made: { readonly since: number; readonly credentialsRevision: number },
    onChange: (cause: string | undefined) => void,
  ) {
    this.channel = channel;
    this.since = made.since;
    this.credentialsRevision = made.credentialsRevision;
    this.onChange = onChange;
  }

  get state(): FollowedState {
    return this.#state;
  }

  /** Wakes it. */
  start(): void {
    outside(() => this.channel.getConnectivityState(true));
    this.#watch();
  }

  /** Whether a call can be given to it right now. Sees a change that has not been reported yet. */
  confirmReady(): boolean {
    this.#look();
    return this.#state === 'ready';
  }

  /** Calls on the wire go on. Idempotent; nothing is told any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopAsking();
    this.channel.close();
  }

  #watch(): void {
    this.#look();
    if (this.#closed) return;
    this.channel.watchConnectivityState(this.#seen, Infinity, () => outside(() => !this.#closed && this.#watch()));
  }

  #look(): void {
    const current = this.channel.getConnectivityState(false);
    if (current === this.#seen) return;
    this.#seen = current;
    this.#stopAsking();
    if (current === connectivityState.TRANSIENT_FAILURE) this.#ask();
    else if (current === connectivityState.CONNECTING) this.#tell(this.#unless('transient-failure', 'connecting'));
    else this.#tell('ready');
  }

  /** Why it failed is known a moment later. No call is given to it meanwhile. */
  #ask(): void {
    this.#tell(this.#unless('transient-failure', 'connecting'));
    if (this.#closed || this.#seen !== connectivityState.TRANSIENT_FAILURE) return;
    const round = this.#round;
    this.#asking = askLastError(this.channel, (reason) => {
      if (round === this.#round) outside(() => this.#tell('transient-failure', reason));
    });
  }

  #stopAsking(): void {
    this.#round += 1;
    this.#asking?.cancelWithStatus(status.CANCELLED, 'not asked any more');
    this.#asking = undefined;
  }

  #unless(state: FollowedState, otherwise: FollowedState): FollowedState {
    return this.#state === state ? state : otherwise;
  }

  #tell(state: FollowedState, cause?: string): void {
    if (state === this.#state && cause === undefined) return;
    this.#state = state;
    this.onChange(cause);
  }
}
