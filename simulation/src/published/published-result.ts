import { SIMULATED_POLICIES } from '../policies.js';
import type { RunResult } from '../report/run-result.js';
import { runScenario } from '../run-scenario.js';
import type { Scale } from '../scenarios/scale.js';
import type { Scenario } from '../scenarios/scenario.js';

/** What somebody has published, and what must come out here. */
export interface Claim {
  readonly policy: string;
  /** What was published for such a policy. */
  readonly published: string;
  /** What is demanded, given the figures of all policies. */
  readonly atLeast?: number;
  readonly atMost?: number | ((figures: ReadonlyMap<string, number>) => number);
}

/** A setting that others have described with its results. */
export interface PublishedResult {
  /** Kebab-case. */
  readonly name: string;
  /** Who, where, when. */
  readonly source: string;
  readonly setting: string;
  readonly figure: string;
  readonly scale: Scale;
  readonly build: Scenario['build'];
  readonly of: (result: RunResult) => number;
  /** How a figure is written. */
  readonly format: (figure: number) => string;
  readonly claims: readonly Claim[];
  /** Another way to read the same, shown beside it: no claim speaks of it. */
  readonly beside?: Beside;
}

export interface Beside {
  readonly figure: string;
  readonly of: (result: RunResult) => number;
  readonly format: (figure: number) => string;
}

/** What came out here. */
export interface Reproduction {
  /** The figure of each policy of the claims, by its name. */
  readonly figures: ReadonlyMap<string, number>;
  /** That of `beside`; empty where there is none. */
  readonly beside: ReadonlyMap<string, number>;
}

export function reproduce(published: PublishedResult, seed: number): Reproduction {
  const { name, build, scale, claims } = published;
  const scenario: Scenario = { name, judges: published.setting, build, expectations: [] };
  const wanted = new Set(claims.map(({ policy }) => policy));
  const policies = SIMULATED_POLICIES.filter((policy) => wanted.has(policy.name));
  const figures = new Map<string, number>();
  const beside = new Map<string, number>();
  for (const policy of policies) {
    const result = runScenario({ scenario, policy, seed, scale });
    figures.set(policy.name, published.of(result));
    if (published.beside !== undefined) beside.set(policy.name, published.beside.of(result));
  }
  return { figures, beside };
}

/** Claims that do not hold, in words. */
export function unfulfilled(
  { claims, format, figure }: PublishedResult,
  figures: ReadonlyMap<string, number>,
): readonly string[] {
  return claims.flatMap(({ policy, atLeast = -Infinity, atMost = Infinity }) => {
    const value = figures.get(policy) ?? Number.NaN;
    const most = typeof atMost === 'function' ? atMost(figures) : atMost;
    if (value >= atLeast && value <= most) return [];
    const bounds = [atLeast > -Infinity ? `≥ ${format(atLeast)}` : '', most < Infinity ? `≤ ${format(most)}` : ''];
    return [`${figure}, ${policy}: ${format(value)} (expected: ${bounds.join(' ').trim()})`];
  });
}
