import type { BalancingPolicyFactory } from '../pick/balancing-policy.js';
import { failureAccrualPolicy } from './failure-accrual/failure-accrual.js';
import { outlierDetectionPolicy } from './outlier-detection/outlier-detection.js';
import { leastRequestPolicy } from './least-request.js';
import { peakEwmaPolicy } from './peak-ewma-policy.js';
import { pickFirstPolicy } from './pick-first.js';
import { priorityPolicy } from './tiers/priority.js';
import { roundRobinPolicy } from './round-robin.js';
import { weightedRoundRobinPolicy } from './weighted-round-robin/weighted-round-robin.js';
import { zonePreferencePolicy } from './tiers/zone-preference.js';
import { ringHashPolicy } from './ring-hash/ring-hash-policy.js';
import { deterministicAperturePolicy } from './subsetting/deterministic-aperture.js';
import { randomSubsettingPolicy } from './subsetting/random-subsetting.js';

/** The policies that every pool knows. Put your own in front of them to replace one of the same name. */
export const builtInPolicies: readonly BalancingPolicyFactory[] = Object.freeze([
  peakEwmaPolicy,
  roundRobinPolicy,
  weightedRoundRobinPolicy,
  pickFirstPolicy,
  outlierDetectionPolicy,
  failureAccrualPolicy,
  leastRequestPolicy,
  priorityPolicy,
  zonePreferencePolicy,
  ringHashPolicy,
  randomSubsettingPolicy,
  deterministicAperturePolicy,
]);
