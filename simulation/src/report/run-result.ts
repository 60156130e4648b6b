import { STATUS_CODES } from '@fairlead/core';
import type { Pod } from '../models/pod.js';
import { percentile } from './percentiles.js';
import type { PodSample } from './pod-sampler.js';
import type { RecordedCall, RecordedPick, Recorder } from './recorder.js';

/** Part of a run, in ms: from its beginning, and up to its end. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What came out of one run, as figures. */
export class RunResult {
  readonly durationMs: number;
  readonly calls: readonly RecordedCall[];
  readonly picks: readonly RecordedPick[];
  readonly samples: readonly PodSample[];
  readonly pods: readonly Pod[];
  readonly ejections: number;
  readonly #deadlineMs: number;
  #latencies: Float64Array | undefined;

  constructor(
    recorder: Recorder,
    pods: readonly Pod[],
    samples: readonly PodSample[],
    run: { readonly durationMs: number; readonly deadlineMs: number },
  ) {
    this.calls = recorder.calls;
    this.picks = recorder.picks;
    this.ejections = recorder.ejections;
    this.pods = pods;
    this.samples = samples;
    this.durationMs = run.durationMs;
    this.#deadlineMs = run.deadlineMs;
  }

  /** Share of the calls that ended with OK, 0–1; of those that were started in the span. */
  okRatio(span?: Span): number {
    const calls = this.calls.filter(({ startedAt }) => within(startedAt, span));
    return calls.filter(({ code }) => code === STATUS_CODES.OK).length / calls.length;
  }

  /** Calls that did not end with OK. */
  get lost(): number {
    return this.calls.filter(({ code }) => code !== STATUS_CODES.OK).length;
  }

  /** In ms. A call that failed counts as long as its deadline at least: failing soon is not being quick. */
  latencyMs(quantile: number): number {
    this.#latencies ??= Float64Array.from(this.calls, ({ startedAt, endedAt, code }) =>
      code === STATUS_CODES.OK ? endedAt - startedAt : Math.max(endedAt - startedAt, this.#deadlineMs),
    ).sort();
    return percentile(this.#latencies, quantile);
  }

  get attemptsPerCall(): number {
    return this.picks.length / this.calls.length;
  }

  /** The most calls that any pod had at a time, by the mean over pods and time. */
  get peakInFlightRatio(): number {
    const mean = this.samples.reduce((sum, each) => sum + each.mean, 0) / this.samples.length;
    return this.samples.reduce((max, each) => Math.max(max, each.max), 0) / mean;
  }

  /** Which share of the attempts went to these pods, 0–1. */
  shareOf(ids: readonly string[], span?: Span): number {
    const picks = this.picks.filter(({ at }) => within(at, span));
    return picks.filter(({ podId }) => ids.includes(podId)).length / picks.length;
  }

  /** Attempts of each pod, by its id; pods that got none are there, too. */
  attemptsByPod(span?: Span): ReadonlyMap<string, number> {
    const counts = new Map(this.pods.map(({ id }) => [id, 0]));
    for (const { at, podId } of this.picks) if (within(at, span)) counts.set(podId, counts.get(podId)! + 1);
    return counts;
  }

  /** Attempts of the busiest pod by those of the idlest; of pods that were there from the beginning to the end. */
  get shareSpread(): number {
    const counts = this.attemptsByPod();
    const lasting = this.pods.filter(({ lasted }) => lasted).map(({ id }) => counts.get(id)!);
    return Math.max(...lasting) / Math.min(...lasting);
  }

  /** The time that the busiest pod's cores worked by that of the average pod. */
  get utilizationSpread(): number {
    const busy = this.pods.filter(({ lasted }) => lasted).map(({ busyMs }) => busyMs);
    return Math.max(...busy) / (busy.reduce((sum, each) => sum + each, 0) / busy.length);
  }
}

function within(at: number, span: Span | undefined): boolean {
  return span === undefined || (at >= span.fromMs && at < span.toMs);
}
