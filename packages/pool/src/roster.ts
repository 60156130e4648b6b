import { diffEndpoints, type Endpoint } from '@fairlead/core';
import type { Member } from './member/member.js';

/** What an update of the roster changed. */
export interface RosterChange {
  readonly added: readonly Member[];
  readonly changed: readonly Member[];
  readonly removed: readonly Member[];
}

const NO_CHANGE: RosterChange = { added: [], changed: [], removed: [] };

/**
 * The ordered set of members. Reconciles what a resolver reports: members that stay keep their place, statistics,
 * connection and streams; new ones are appended; an identical report changes nothing.
 *
 * The order of a report is not followed for members that stay: DNS servers shuffle their answers.
 */
export class Roster {
  #members: readonly Member[] = [];
  readonly #byId = new Map<string, Member>();
  readonly #create: (endpoint: Endpoint) => Member;

  /** @param create makes the member of a new endpoint, without connecting it. */
  constructor(create: (endpoint: Endpoint) => Member) {
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
    const added = diff.added.map(this.#create);
    for (const member of added) this.#byId.set(member.endpoint.id, member);
    this.#members = [...this.#members.filter((member) => !gone.has(member)), ...added];
    return { added, changed, removed };
  }

  /** Takes everybody out. */
  clear(): readonly Member[] {
    const members = this.#members;
    this.#members = [];
    this.#byId.clear();
    return members;
  }
}
