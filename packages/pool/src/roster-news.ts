import type { Endpoint } from '@fairlead/core';
import type { PoolEmitter } from './events.js';
import type { Member } from './member/member.js';
import type { RosterChange } from './roster.js';

/** Tells the listeners of a pool whom an answer of the resolver added, changed and removed. */
export function tellRoster(events: PoolEmitter, { added, changed, removed }: RosterChange): void {
  if (!events.listens('endpoints')) return;
  const endpointsOf = (members: readonly Member[]): Endpoint[] => members.map((member) => member.endpoint);
  events.tell('endpoints', {
    added: endpointsOf(added),
    changed: endpointsOf(changed),
    removed: endpointsOf(removed),
  });
}
