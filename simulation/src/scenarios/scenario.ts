import type { LoadBalancingConfig } from '../policies.js';
import type { RunResult } from '../report/run-result.js';
import type { Scale } from './scale.js';
import type { World } from './world.js';

/** A bound that the mean of a figure over the seeds must keep. */
export interface Expectation {
  /** Names of policies, or all of them but some. */
  readonly policies: readonly string[] | { readonly allBut: readonly string[] };
  /** What is looked at, e.g. `share of the slow pod`. */
  readonly figure: string;
  of(result: RunResult): number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** A story in which policies show what they are worth. */
export interface Scenario {
  /** Kebab-case, as in `--scenario slow-pod`. */
  readonly name: string;
  /** What it judges, in one sentence. */
  readonly judges: string;
  /** Puts pods, clients and what happens to them into an empty world. */
  build(world: World, scale: Scale): void;
  /** The policy that clients get when this one is judged. Default: itself. */
  wrap?(config: LoadBalancingConfig, scale: Scale): LoadBalancingConfig;
  readonly expectations: readonly Expectation[];
}

export function expects({ policies }: Expectation, policy: string): boolean {
  return 'allBut' in policies ? !policies.allBut.includes(policy) : policies.includes(policy);
}
