/** Reads by pod, as the pods have counted them, at some moment. */
export type Counts = ReadonlyMap<string, number>;

/** Which part of a set-up's reads each pod did. */
export interface PodShare {
  readonly pod: string;
  readonly reads: number;
  /** 0 to 1. */
  readonly share: number;
}

/** The share of every pod, those with nothing to do included, in their order. */
export function sharesOf(pods: readonly string[], counts: Counts): readonly PodShare[] {
  const total = pods.reduce((sum, pod) => sum + (counts.get(pod) ?? 0), 0);
  return pods.map((pod) => {
    const reads = counts.get(pod) ?? 0;
    return { pod, reads, share: total === 0 ? 0 : reads / total };
  });
}

/**
 * The share of the busiest pod between two samples, the median over all of them: who moves all calls from pod to pod has
 * fair shares in the end, and at no moment.
 */
export function busiestAtATime(pods: readonly string[], samples: readonly Counts[]): number | undefined {
  const shares = samples.slice(1).flatMap((after, index) => {
    const grown = pods.map((pod) => [pod, (after.get(pod) ?? 0) - (samples[index]?.get(pod) ?? 0)] as const);
    const between = sharesOf(pods, new Map(grown));
    return between.some(({ reads }) => reads > 0) ? [Math.max(...between.map(({ share }) => share))] : [];
  });
  return shares.sort((a, b) => a - b)[Math.floor(shares.length / 2)];
}
