import { parseArgs } from 'node:util';
import { nearestName } from '@fairlead/core';
import { SIMULATED_POLICIES, type SimulatedPolicy } from '../policies.js';
import { SCENARIOS } from '../scenarios/all-scenarios.js';
import { SCALES, type Scale } from '../scenarios/scale.js';
import type { Scenario } from '../scenarios/scenario.js';

export const USAGE = `usage: npm run sim -- [--policy NAME]... [--scenario NAME]... [--seed N] [--scale full|quick]
                      [--svg FILE] [--trace FILE]
       npm run sim -- --list
       npm run sim -- --docs [--check]

  --policy NAME    one policy; may be given again. Default: all
  --scenario NAME  one scenario; may be given again. Default: all
  --seed N         a whole number. Default: 1
  --scale NAME     full (default) or quick, what the tests run
  --svg FILE       writes a chart of one scenario
  --trace FILE     writes everything that happened in one run
  --list           names policies and scenarios
  --docs           writes docs/balancing.md and its charts; with --check, only tells whether they are up to date
`;

/** What the command line asks for. */
export type SimCommand = { readonly kind: 'list' } | { readonly kind: 'docs'; readonly check: boolean } | SimRuns;

/** Every policy in every scenario of the lists. */
export interface SimRuns {
  readonly kind: 'run';
  readonly policies: readonly SimulatedPolicy[];
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  readonly scale: Scale;
  readonly svg: string | undefined;
  readonly trace: string | undefined;
}

/** What was typed cannot be done. The message says what can. */
export class UsageError extends Error {}

const OPTIONS = {
  policy: { type: 'string', multiple: true },
  scenario: { type: 'string', multiple: true },
  seed: { type: 'string' },
  scale: { type: 'string' },
  svg: { type: 'string' },
  trace: { type: 'string' },
  list: { type: 'boolean' },
  docs: { type: 'boolean' },
  check: { type: 'boolean' },
} as const;

/** @throws UsageError */
export function readArguments(args: readonly string[]): SimCommand {
  const values = parse(args);
  if (values.list === true) {
    refuseOthers(values, ['list']);
    return { kind: 'list' };
  }
  if (values.docs === true) {
    refuseOthers(values, ['docs', 'check']);
    return { kind: 'docs', check: values.check === true };
  }
  if (values.check === true) throw new UsageError('--check (expected: together with --docs)');
  const runs: SimRuns = {
    kind: 'run',
    policies: choose('--policy', values.policy, SIMULATED_POLICIES),
    scenarios: choose('--scenario', values.scenario, SCENARIOS),
    seed: readSeed(values.seed ?? '1'),
    scale: readScale(values.scale ?? 'full'),
    svg: values.svg,
    trace: values.trace,
  };
  return checkFiles(runs);
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** The first of `kinds` names what is done; with it goes nothing but the rest of them. */
function refuseOthers(values: Values, kinds: readonly (keyof Values)[]): void {
  const other = Object.keys(OPTIONS).find((name) => name in values && !kinds.some((kind) => kind === name));
  if (other !== undefined) throw new UsageError(`--${other} (expected: not together with --${kinds[0]})`);
}

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function choose<T extends { readonly name: string }>(
  option: string,
  names: readonly string[] | undefined,
  all: readonly T[],
): readonly T[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found;
    const known = all.map((each) => each.name);
    const nearest = nearestName(name, known);
    const hint = nearest === undefined ? '' : `, did you mean ${nearest}?`;
    throw new UsageError(`${option}: ${name} (expected: one of ${known.join(', ')})${hint}`);
  });
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new UsageError(`--seed: ${text} (expected: a whole number)`);
}

function readScale(name: string): Scale {
  if (name === 'full' || name === 'quick') return SCALES[name];
  throw new UsageError(`--scale: ${name} (expected: full or quick)`);
}

function checkFiles(runs: SimRuns): SimRuns {
  const { svg, trace, scenarios, policies } = runs;
  if (svg !== undefined && scenarios.length > 1) throw new UsageError('--svg (expected: together with one --scenario)');
  if (trace !== undefined && scenarios.length * policies.length > 1) {
    throw new UsageError('--trace (expected: together with one --scenario and one --policy)');
  }
  return runs;
}
