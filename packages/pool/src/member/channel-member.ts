import type { ChannelInterface } from '@grpc/grpc-js';
import {
  formatAddress,
  type Backoff,
  type Endpoint,
  type Load,
  type MemberConnectivity,
  type Timer,
} from '@fairlead/core';
import type { CallArguments, GrpcCall } from '../grpc-types.js';
import type { ConnectionHealth } from '../health/connection-health.js';
import { drainReplaced } from './drain.js';
import { FollowedChannel } from './followed-channel.js';
import { MemberCalls } from './member-calls.js';
import type { MemberContext, RetirementReason } from './member-context.js';
import { MemberErrors } from './member-errors.js';
import type { MemberState } from './member-state.js';
import { MemberTally } from './member-tally.js';
import type { Member } from './member.js';

/** Each variant owns what is named in it. */
type State =
  | { readonly kind: 'idle' | 'closed' }
  | { readonly kind: 'open' | 'draining'; readonly followed: FollowedChannel }
  /** There were no credentials to make a channel with. */
  | { readonly kind: 'backing-off'; readonly timer: Timer; readonly until: number };

/**
 * A member that is a whole channel of grpc-js (`xds:`), with as many servers and connections behind it as that one likes. It
 * is opened, given calls, and closed when nobody needs it; failures do not close it, and its connections are neither timed,
 * aged nor counted here. Only other credentials make another one, which takes the place of the first when it is ready.
 */
export class ChannelMember implements Member {
  readonly calls = new MemberCalls();
  readonly errors = new MemberErrors();
  readonly tally: MemberTally;
  readonly connection: ChannelInterface | undefined = undefined;
  /** Not asked for: a question would go to one of many servers. */
  readonly health: ConnectionHealth | undefined = undefined;
  readonly rotationReason = 'credentials';
  #endpoint: Endpoint;
  #load: Load;
  #state: State = { kind: 'idle' };
  #successor: FollowedChannel | undefined;
  #failing = false;
  #shown: MemberConnectivity = 'idle';
  #backoff: Backoff;
  readonly #context: MemberContext;

  constructor(endpoint: Endpoint, load: Load, context: MemberContext) {
    this.#endpoint = endpoint;
    this.#load = load;
    this.#context = context;
    this.#backoff = context.backoff;
    this.tally = new MemberTally(context.counts);
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  get load(): Load {
    return this.#load;
  }

  get address(): string {
    return formatAddress(this.#endpoint.addresses[0]);
  }

  get connectivity(): MemberConnectivity {
    if (this.#state.kind === 'open') return this.#state.followed.state;
    return this.#failing ? 'transient-failure' : 'idle';
  }

  get state(): MemberState['kind'] {
    if (this.#state.kind !== 'open') return this.#state.kind;
    return this.#state.followed.state === 'ready' ? 'ready' : 'connecting';
  }

  get backingOffUntil(): number | undefined {
    return this.#state.kind === 'backing-off' ? this.#state.until : undefined;
  }

  /** At once, when it was made with other credentials than the present ones. */
  get rotationDueAt(): number {
    if (this.#state.kind !== 'open') return Infinity;
    return this.#state.followed.credentialsRevision === this.#context.credentialsRevision() ? Infinity : -Infinity;
  }

  get rotating(): boolean {
    return this.#successor !== undefined;
  }

  update(endpoint: Endpoint): void {
    this.#endpoint = endpoint;
  }

  changeLoad(load: Load): void {
    if (load === this.#load) return;
    this.#load = load;
    this.calls.moveAll(load, this.#context.clock.now());
  }

  connect(): void {
    if (this.#state.kind === 'idle') this.#open();
  }

  sleep(): void {
    if (this.#state.kind === 'draining' || this.#state.kind === 'closed') return;
    this.#failing = false;
    this.errors.overcome();
    this.#become({ kind: 'idle' });
    this.#show(undefined);
  }

  letGo(): void {
    if (this.#state.kind !== 'open') return this.sleep();
    const { followed } = this.#state;
    this.#endSuccessor();
    this.#state = { kind: 'idle' };
    this.#retire(followed, 'unwanted');
    this.#show(undefined);
  }

  /** Its own backoff is grpc-js's. */
  resetBackoff(): void {
    this.#backoff = this.#context.backoff;
    if (this.#state.kind === 'backing-off') this.#open();
  }

  renew(): void {
    this.resetBackoff();
  }

  confirmReady(): boolean {
    return this.#state.kind === 'open' && this.#state.followed.confirmReady();
  }

  createCall(args: CallArguments): GrpcCall {
    const state = this.#state;
    if (state.kind !== 'open') throw new Error(`member ${this.address} is ${state.kind}`);
    return state.followed.channel.createCall(args.path, args.deadline, args.host, args.parent, args.propagateFlags);
  }

  drain(): void {
    if (this.#state.kind === 'draining' || this.#state.kind === 'closed') return;
    if (this.#state.kind !== 'open') return this.close();
    this.#endSuccessor();
    this.#state = { kind: 'draining', followed: this.#state.followed };
  }

  close(): void {
    if (this.#state.kind !== 'closed') this.#become({ kind: 'closed' });
  }

  rotate(): void {
    if (this.#state.kind !== 'open' || this.rotating) return;
    const successor = this.#make((cause) => this.#successorChanged(successor, cause));
    this.#successor = successor;
    successor?.start();
  }

  #open(): void {
    const followed = this.#make((cause) => this.#changed(followed, cause));
    if (followed === undefined) return;
    this.#become({ kind: 'open', followed });
    this.#show(undefined);
    if (this.#isOpen(followed)) followed.start();
  }

  #make(onChange: (cause: string | undefined) => void): FollowedChannel | undefined {
    const context = this.#context;
    try {
      const channel = context.createChannel(this.#endpoint);
      const made = { since: context.clock.now(), credentialsRevision: context.credentialsRevision() };
      return new FollowedChannel(channel, made, onChange);
    } catch (error) {
      this.#notMade(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** A channel that is open stays. */
  #notMade(cause: string): void {
    if (this.#state.kind === 'open') return;
    const { clock, random } = this.#context;
    const delayMs = this.#backoff.delayMs(random);
    this.#backoff = this.#backoff.next();
    this.#failing = true;
    this.errors.note(cause, clock.now());
    const timer = clock.schedule(delayMs, () => this.#open());
    this.#become({ kind: 'backing-off', timer, until: clock.now() + delayMs });
    this.#show(cause);
  }

  #changed(followed: FollowedChannel | undefined, cause: string | undefined): void {
    if (followed === undefined || !this.#isOpen(followed)) return;
    if (cause !== undefined) this.errors.note(cause, this.#context.clock.now());
    else if (followed.state === 'ready') this.errors.overcome();
    this.#show(cause);
  }

  #successorChanged(successor: FollowedChannel | undefined, cause: string | undefined): void {
    if (successor === undefined || this.#successor !== successor || this.#state.kind !== 'open') return;
    if (cause !== undefined) return this.#context.onRotation(this, { kind: 'failed', cause });
    if (successor.state === 'ready') this.#replace(this.#state.followed, successor);
  }

  #replace(previous: FollowedChannel, successor: FollowedChannel): void {
    const ageMs = this.#context.clock.now() - previous.since;
    this.#successor = undefined;
    successor.onChange = (cause) => this.#changed(successor, cause);
    this.#state = { kind: 'open', followed: successor };
    this.errors.overcome();
    this.#retire(previous, 'credentials');
    this.#show(undefined);
    this.#context.onRotation(this, { kind: 'replaced', ageMs, reason: 'credentials' });
  }

  #isOpen(followed: FollowedChannel): boolean {
    return this.#state.kind === 'open' && this.#state.followed === followed;
  }

  #endSuccessor(): void {
    this.#successor?.close();
    this.#successor = undefined;
  }

  /** Releases what the state before owned. */
  #become(next: State): void {
    const previous = this.#state;
    this.#state = next;
    if (next.kind !== 'open') this.#endSuccessor();
    if (next.kind === 'open') this.#failing = false;
    if (previous.kind === 'backing-off') previous.timer.cancel();
    if ('followed' in previous) previous.followed.close();
  }

  #retire(followed: FollowedChannel, reason: RetirementReason): void {
    const { clock, maxConnectionAgeGraceMs } = this.#context;
    drainReplaced(this.calls.retire(), this.address, reason, maxConnectionAgeGraceMs, clock, (cut) => {
      followed.close();
      if (cut > 0) this.#context.onRotation(this, { kind: 'cut', cut, reason });
    });
  }

  #show(cause: string | undefined): void {
    const from = this.#shown;
    const to = this.connectivity;
    this.#shown = to;
    if (from !== to) this.#context.onChange(this, { from, to, lost: false, cause });
  }
}
