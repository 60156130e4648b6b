import { latencies, percentile, succeeded } from '../measure.js';
import type { ScenarioRun } from '../scenario.js';

/** Width of a time bin of the charts, in seconds. */
const BIN_SECONDS = 0.5;

/** Answered calls of one pod in one bin. */
export interface PodPoint {
  readonly second: number;
  readonly pod: string;
  /** Oldest first. */
  readonly age: number;
  readonly group: PodGroup;
  readonly perSecond: number;
}

/** Which pods a reader must tell apart. */
export type PodGroup = 'v1' | 'v2' | 'added' | 'slow';

export interface FailurePoint {
  readonly second: number;
  readonly perSecond: number;
}

export interface LatencyPoint {
  readonly second: number;
  readonly percentile: 'p50' | 'p99';
  /** Null where no call succeeded. */
  readonly ms: number | null;
}

/** What the charts of one client show, in seconds since its first call. */
export interface Series {
  readonly pods: readonly PodPoint[];
  readonly failures: readonly FailurePoint[];
  readonly latency: readonly LatencyPoint[];
  readonly phases: readonly { readonly second: number; readonly name: string }[];
  readonly seconds: number;
}

export function seriesOf(run: ScenarioRun): Series {
  const secondOf = (at: number): number => (at - run.startedAt) / 1_000;
  const seconds = secondOf(Math.max(...run.calls.map((call) => call.startedAt)));
  const bins = Array.from({ length: Math.ceil(seconds / BIN_SECONDS) }, (_, index) => index);
  const binOf = (at: number): number => Math.floor(secondOf(at) / BIN_SECONDS);
  const byBin = groupBy(run.calls, (call) => binOf(call.startedAt));
  const callsIn = (bin: number): ScenarioRun['calls'] => byBin.get(bin) ?? [];
  const pods = podsInOrder(run);
  return {
    seconds,
    phases: run.phases.slice(1, -1).map(({ at, name }) => ({ second: secondOf(at), name })),
    pods: bins.flatMap((bin) => podPoints(callsIn(bin), bin * BIN_SECONDS, pods)),
    failures: bins.map((bin) => ({
      second: bin * BIN_SECONDS,
      perSecond: callsIn(bin).filter((call) => !succeeded(call)).length / BIN_SECONDS,
    })),
    latency: bins.flatMap((bin) => latencyPoints(callsIn(bin), bin * BIN_SECONDS)),
  };
}

function podPoints(
  calls: ScenarioRun['calls'],
  second: number,
  pods: ReadonlyMap<string, PodGroup>,
): readonly PodPoint[] {
  const counts = new Map<string, number>();
  for (const call of calls) if (succeeded(call) && call.pod) counts.set(call.pod, (counts.get(call.pod) ?? 0) + 1);
  // Every pod has a point in every bin: a stacked area needs its zeros.
  return [...pods].map(([pod, group], age) => {
    return { second, pod, age, group, perSecond: (counts.get(pod) ?? 0) / BIN_SECONDS };
  });
}

function latencyPoints(calls: ScenarioRun['calls'], second: number): readonly LatencyPoint[] {
  const sorted = latencies(calls.filter(succeeded));
  return [
    { second, percentile: 'p50', ms: percentile(sorted, 0.5) ?? null },
    { second, percentile: 'p99', ms: percentile(sorted, 0.99) ?? null },
  ];
}

/** Every pod that answered, oldest first. */
function podsInOrder(run: ScenarioRun): ReadonlyMap<string, PodGroup> {
  const added = new Set(run.added.map(({ pod }) => pod));
  const groupOf = (pod: string, version: string): PodGroup => {
    if (pod === run.slowPod) return 'slow';
    if (added.has(pod)) return 'added';
    return version === 'v1' ? 'v1' : 'v2';
  };
  const created = run.events.filter((event) => event.kind === 'created');
  return new Map(created.map(({ pod, version }) => [pod, groupOf(pod, version)]));
}

/** `Map.groupBy`, which Node 20 has not. */
function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}
