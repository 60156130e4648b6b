import type { MemberConnectivity } from './picker.js';

/**
 * The state of a pool from the states of its members, for policies that spread calls over all of them (gRPC
 * connectivity semantics, as in round_robin):
 *
 * - any ready → ready
 * - else all idle → idle: nobody has asked for a connection yet
 * - else any connecting or idle → connecting
 * - else transient-failure; so is a pool without members
 *
 * A member's transient failure lasts until it is ready again (`MemberConnectivity`), so a pool of members that try and
 * fail in turn does not flicker between connecting and transient-failure.
 */
export function aggregateConnectivity(states: readonly MemberConnectivity[]): MemberConnectivity {
  if (states.includes('ready')) return 'ready';
  if (states.length > 0 && states.every((state) => state === 'idle')) return 'idle';
  return states.includes('connecting') || states.includes('idle') ? 'connecting' : 'transient-failure';
}
