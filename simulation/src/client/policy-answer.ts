import type { PolicyUpdate } from '@fairlead/core';
import type { SimMember } from './sim-member.js';

/** What a policy of core answers a simulated client. */
export type PolicyAnswer = PolicyUpdate<SimMember>;
