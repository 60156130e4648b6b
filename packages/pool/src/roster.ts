import { diffEndpoints, type Endpoint } from '@fairlead/core';
import type { Member } from './member/member.js';

/** What an update of the roster changed. */
export interface RosterChange {
  readonly added: readonly Member[];
  readonly changed: readonly Member[];
  readonly removed: readonly Member[];
  /** Some that were to be added could not be made: to be reconciled again. */
  readonly failed: boolean;
}

const NO_CHANGE: RosterChange = { added: [], changed: [], removed: [], failed: false };

/**
 * The ordered set of members. Reconciles what a resolver reports: members that stay keep their place, statistics,
 * connection and streams; new ones are appended; an identical report changes nothing.
 *
 * The order of a report is not followed for members that stay: DNS servers shuffle their answers.
 */
export class Roster {
  #members: readonly Member[] = [];
  readonly #byId = new Map<string, Member>();
  readonly #create: (endpoint: Endpoint) => Member | undefined;

  /** @param create makes the member of a new endpoint, without connecting it; undefined when it cannot now. Never throws. */
  constructor(create: (endpoint: Endpoint) => Member | undefined) {
    this.#create = create;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  has(member: Member): boolean {
    return this.#members.includes(member);
  }

  reconcile(endpoints: readonly Endpoint[]): RosterChange {
    const diff = diffEndpoints(this.#members, this.#byId, endpoints);
    if (diff.added.length + diff.changed.length + diff.removed.length === 0) return NO_CHANGE;
    for (const { holder, endpoint } of diff.changed) holder.update(endpoint);
    for (const { endpoint } of diff.removed) this.#byId.delete(endpoint.id);
    const added = diff.added.flatMap((endpoint) => this.#create(endpoint) ?? []);
    for (const member of added) this.#byId.set(member.endpoint.id, member);
    const gone = new Set(diff.removed);
    this.#members = [...this.#members.filter((member) => !gone.has(member)), ...added];
    const failed = added.length < diff.added.length;
    return { added, changed: diff.changed.map(({ holder }) => holder), removed: diff.removed, failed };
  }

  /** Takes everybody out. */
  clear(): readonly Member[] {
    const members = this.#members;
    this.#members = [];
    this.#byId.clear();
    return members;
  }
}
