import type { Endpoint, Load } from '@fairlead/core';
import { ChannelMember } from './channel-member.js';
import { connectsByItself } from './connects-by-itself.js';
import type { MemberContext } from './member-context.js';
import { PodMember, type Member } from './member.js';

/** The member of a new endpoint. It is not connected yet. */
export function createMember(endpoint: Endpoint, load: Load, context: MemberContext): Member {
  return connectsByItself(endpoint)
    ? new ChannelMember(endpoint, load, context)
    : new PodMember(endpoint, load, context);
}

/** Whether it is one of ours: a balancing policy is the user's, and may answer anything. */
export function isMember(value: unknown): value is Member {
  return value instanceof PodMember || value instanceof ChannelMember;
}
