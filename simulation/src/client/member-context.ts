import type { Engine } from '../engine/engine.js';
import type { EventOwner } from '../engine/scheduled-event.js';
import type { Network } from '../models/network.js';
import type { Pod } from '../models/pod.js';
import type { ClientObserver } from './client-observer.js';
import type { SimMember } from './sim-member.js';

/** What the members of one client share. */
export interface MemberContext {
  readonly engine: Engine;
  readonly network: Network;
  readonly random: { next(): number };
  readonly resources: ClientResources;
  readonly observer: ClientObserver;
  /** A member that left has its calls cut after this time, in ms. */
  readonly drainGraceMs: number;
  /** A connection attempt that hears nothing fails after this time, in ms. */
  readonly connectTimeoutMs: number;
  /** The pod behind an endpoint. */
  podOf(id: string): Pod;
  /** The connectivity of the member has changed. */
  onChange(member: SimMember): void;
}

/** What one client holds; nothing of it may be left when it is closed. */
export interface ClientResources extends EventOwner {
  connections: number;
}
