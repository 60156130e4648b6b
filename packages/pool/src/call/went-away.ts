import type { ActiveCalls } from '../member/active-calls.js';
import type { Member } from '../member/member.js';

/**
 * Whether the connection of these calls takes no other call any more. After a GOAWAY that is so before the streams that it
 * refuses are told (RFC 9113, section 6.8).
 */
export function wentAway(member: Member, calls: ActiveCalls): boolean {
  return member.calls.current !== calls || !member.confirmReady();
}
