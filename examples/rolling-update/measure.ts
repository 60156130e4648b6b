import { status } from '@grpc/grpc-js';
import { ADDED_PODS, PODS, type ScenarioRun } from './scenario.js';
import type { CallRecord } from './load.js';

/** What is measured of one client. Nothing in it is a constant: null means that there was nothing to measure. */
export interface DemoResult {
  readonly client: string;
  readonly mode: string;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly executedTwice: number;
  /** Longest span in which no call succeeded, or between the first and last of failures less than 1 s apart. */
  readonly longestFailingMs: number;
  readonly podsUsed: number;
  /** For each added pod: from the moment at which DNS could first answer with it to the start of its first call. */
  readonly firstCallOnAddedMs: readonly (number | null)[];
  /** Share of the added pods in the 5 s after the last one's first call; 1 is a fair share, 0 none. */
  readonly addedShare: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly p99BeforeSlowPodMs: number | null;
  readonly p99SlowPodMs: number | null;
}

/** The share of added pods is taken over this time. */
const SHARE_WINDOW_MS = 5_000;
/** Failures closer than this are one failing span. */
const SAME_SPAN_MS = 1_000;

export function measure(run: ScenarioRun, mode: string, seconds: number): DemoResult {
  const calls = [...run.calls].sort((a, b) => a.startedAt - b.startedAt);
  const ok = calls.filter(succeeded);
  const slowAt = phaseAt(run, 'one of 10 is slow');
  const windowMs = seconds * 1_000;
  const firstCalls = firstCallsOnAdded(run, ok);
  const all = latencies(ok);
  return {
    client: run.client,
    mode,
    sent: calls.length,
    ok: ok.length,
    failed: calls.length - ok.length,
    executedTwice: run.executedTwice.length,
    longestFailingMs: round(Math.max(longestSilence(run, ok), longestFailingSpan(calls)), 0) ?? 0,
    podsUsed: new Set(ok.map((call) => call.pod)).size,
    firstCallOnAddedMs: firstCalls.map(({ at, publishedAt }) =>
      round(at === undefined ? undefined : at - publishedAt, 0),
    ),
    addedShare: addedShare(run, ok, firstCalls),
    p50Ms: round(percentile(all, 0.5)),
    p99Ms: round(percentile(all, 0.99)),
    p999Ms: round(percentile(all, 0.999)),
    p99BeforeSlowPodMs: round(percentile(latencies(startedIn(ok, slowAt - windowMs, slowAt)), 0.99)),
    p99SlowPodMs: round(percentile(latencies(startedIn(ok, slowAt, slowAt + windowMs)), 0.99)),
  };
}

export function succeeded(call: CallRecord): boolean {
  return call.code === status.OK;
}

/** Nearest-rank percentile of sorted values. */
export function percentile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

/** Durations in ms, sorted. */
export function latencies(calls: readonly CallRecord[]): number[] {
  return calls.map((call) => call.endedAt - call.startedAt).sort((a, b) => a - b);
}

function firstCallsOnAdded(
  run: ScenarioRun,
  ok: readonly CallRecord[],
): readonly { readonly publishedAt: number; readonly at: number | undefined }[] {
  return run.added.map(({ pod, publishedAt }) => ({
    publishedAt,
    at: ok.find((call) => call.pod === pod)?.startedAt,
  }));
}

/** A pod that never gets a call has a share of nothing: then the 5 s begin when the last one could have got its first. */
function addedShare(
  run: ScenarioRun,
  ok: readonly CallRecord[],
  firstCalls: readonly { readonly publishedAt: number; readonly at: number | undefined }[],
): number | null {
  const from = Math.max(...firstCalls.map(({ at, publishedAt }) => at ?? publishedAt));
  const window = startedIn(ok, from, from + SHARE_WINDOW_MS);
  if (window.length === 0) return null;
  const added = new Set(run.added.map(({ pod }) => pod));
  const share = window.filter((call) => added.has(call.pod ?? '')).length / window.length;
  return round(share / (ADDED_PODS / (PODS + ADDED_PODS)), 3);
}

function longestSilence(run: ScenarioRun, ok: readonly CallRecord[]): number {
  const ends = ok.map((call) => call.endedAt).sort((a, b) => a - b);
  const lastSentAt = Math.max(...run.calls.map((call) => call.startedAt));
  let longest = 0;
  let previous = run.startedAt;
  for (const end of [...ends, Math.max(lastSentAt, ends.at(-1) ?? 0)]) {
    longest = Math.max(longest, end - previous);
    previous = end;
  }
  return longest;
}

function longestFailingSpan(calls: readonly CallRecord[]): number {
  const ends = calls
    .filter((call) => !succeeded(call))
    .map((call) => call.endedAt)
    .sort((a, b) => a - b);
  let longest = 0;
  let first = ends[0] ?? 0;
  let previous = first;
  for (const end of ends) {
    if (end - previous >= SAME_SPAN_MS) first = end;
    longest = Math.max(longest, end - first);
    previous = end;
  }
  return longest;
}

function startedIn(calls: readonly CallRecord[], from: number, to: number): CallRecord[] {
  return calls.filter((call) => call.startedAt >= from && call.startedAt < to);
}

function phaseAt(run: ScenarioRun, name: string): number {
  return run.phases.find((phase) => phase.name === name)?.at ?? NaN;
}

function round(value: number | undefined, digits = 1): number | null {
  return value === undefined ? null : Number(value.toFixed(digits));
}
