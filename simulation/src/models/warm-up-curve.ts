/** How much slower a new process is at first: class loading, JIT, caches. */
export interface WarmUpCurve {
  /** The first call takes this many times its usual time. */
  readonly factor: number;
  /** From this call on the process is warm; the slowness falls in a straight line. */
  readonly calls: number;
}

/** By which the time of the next call is multiplied, when so many were served before. */
export function warmUpFactor(curve: WarmUpCurve | undefined, served: number): number {
  if (curve === undefined || served >= curve.calls) return 1;
  return 1 + (curve.factor - 1) * (1 - served / curve.calls);
}
