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
    const diff = diffEndpoints(
      this.#members.map((member) => member.endpoint),
      endpoints,
    );
    if (diff.added.length + diff.changed.length + diff.removed.length === 0) return NO_CHANGE;
    const at = (endpoint: Endpoint): Member[] => {
      const member = this.#byId.get(endpoint.id);
      return member ? [member] : [];
    };
    const removed = diff.removed.flatMap(at);
    const gone = new Set(removed);
    const changed = diff.changed.flatMap((endpoint) => {
      const [member] = at(endpoint);
      member?.update(endpoint);
      return member ? [member] : [];
    });
    for (const { endpoint } of removed) this.#byId.delete(endpoint.id);
    const added = diff.added.flatMap((endpoint) => this.#create(endpoint) ?? []);
    for (const member of added) this.#byId.set(member.endpoint.id, member);
    this.#members = [...this.#members.filter((member) => !gone.has(member)), ...added];
    return { added, changed, removed, failed: added.length < diff.added.length };
  }

  /** Takes everybody out. */
  clear(): readonly Member[] {
    const members = this.#members;
    this.#members = [];
    this.#byId.clear();
    return members;
  }
}
