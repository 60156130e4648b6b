import type { BalancingPolicyFactory } from '../pick/balancing-policy.js';
import { peakEwmaPolicy } from './peak-ewma-policy.js';
import { pickFirstPolicy } from './pick-first.js';
import { ringHashPolicy } from './ring-hash/ring-hash-policy.js';
import { roundRobinPolicy } from './round-robin.js';
import { deterministicAperturePolicy } from './subsetting/deterministic-aperture.js';
import { randomSubsettingPolicy } from './subsetting/random-subsetting.js';

/** The policies that every pool knows. Put your own in front of them to replace one of the same name. */
export const builtInPolicies: readonly BalancingPolicyFactory[] = Object.freeze([
  peakEwmaPolicy,
  roundRobinPolicy,
  pickFirstPolicy,
  ringHashPolicy,
  randomSubsettingPolicy,
  deterministicAperturePolicy,
]);
