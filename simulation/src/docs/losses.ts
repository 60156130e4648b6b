import type { NamedResult } from '../report/named-result.js';
import type { RunResult } from '../report/run-result.js';
import type { JudgedScenario } from './judged-scenario.js';

/** A policy that is clearly worse than the best one in a scenario, and in what. */
export interface Loss {
  readonly policy: string;
  readonly scenario: string;
  /** In which figure, e.g. `p99 480 ms (best: 49 ms)`. */
  readonly figure: string;
}

/** A figure by which policies are told from each other. */
interface Measure {
  readonly of: (run: RunResult) => number;
  /** Whether `value` is clearly worse than the best. */
  readonly loses: (value: number, best: number) => boolean;
  readonly best: (values: readonly number[]) => number;
  readonly write: (value: number, best: number) => string;
}

const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`;
const ms = (value: number): string => `${value.toFixed(0)} ms`;

/** The first one that tells is written; half a percent of the calls, and twice the tail, are clear. */
const MEASURES: readonly Measure[] = [
  {
    of: (run) => run.okRatio(),
    loses: (value, best) => value < best - 0.005,
    best: (values) => Math.max(...values),
    write: (value, best) => `${percent(value)} answered (best: ${percent(best)})`,
  },
  {
    of: (run) => run.latencyMs(0.99),
    loses: (value, best) => value > 2 * best,
    best: (values) => Math.min(...values),
    write: (value, best) => `p99 ${ms(value)} (best: ${ms(best)})`,
  },
  {
    of: (run) => run.latencyMs(0.999),
    loses: (value, best) => value > 2 * best,
    best: (values) => Math.min(...values),
    write: (value, best) => `p99.9 ${ms(value)} (best: ${ms(best)})`,
  },
];

/** Who loses in a scenario, in the order of its results. */
export function lossesIn({ scenario, results }: JudgedScenario): readonly Loss[] {
  return results.flatMap((each) => {
    const figure = worstOf(each, results);
    return figure === undefined ? [] : [{ policy: each.name, scenario: scenario.name, figure }];
  });
}

function worstOf({ result }: NamedResult, all: readonly NamedResult[]): string | undefined {
  for (const measure of MEASURES) {
    const best = measure.best(all.map((each) => measure.of(each.result)));
    const value = measure.of(result);
    if (measure.loses(value, best)) return measure.write(value, best);
  }
  return undefined;
}
