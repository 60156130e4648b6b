/** Where one of `total` numbered clients stands among them. */
export interface Instance {
  /** From 0. */
  readonly instanceId: number;
  readonly totalInstances: number;
}

/** The part of a server that belongs to a client; less is what rounding leaves over. */
const LEAST_OVERLAP = 1e-6;

/**
 * What a client uses of each server, by Finagle's deterministic aperture (`DeterministicAperture`, `WeightedAperture`).
 *
 * The servers lie side by side around a ring, each as wide as its weight. Client i of n begins at i/n and takes a slice that
 * is a whole number of n-ths wide, at least `minAperture` servers on average. So every point of the ring is in the slices of
 * equally many clients, and load is even when each client spreads its own by the overlaps.
 *
 * @param weights of the servers, in the order that all clients agree on; above 0.
 * @returns for each server the width of it that the client covers, where the average server is 1 wide; 0 for most.
 */
export function ringSlice(weights: readonly number[], instance: Instance, minAperture: number): readonly number[] {
  const count = weights.length;
  const { instanceId, totalInstances } = instance;
  const unit = count / totalInstances;
  const aperture = Math.min(minAperture, count);
  // Of whole numbers: a quotient that is one comes out as one.
  const laps = Math.min(totalInstances, Math.ceil((aperture * totalInstances) / count));
  const start = instanceId * unit;
  const end = start + laps * unit;
  const average = meanOf(weights);
  let position = 0;
  return weights.map((weight) => {
    const from = position;
    position += weight / average;
    // The slice may go on behind the end of the ring, which is its beginning.
    const covered = overlap(from, position, start, end) + overlap(from, position, start - count, end - count);
    return covered / (weight / average) < LEAST_OVERLAP ? 0 : covered;
  });
}

function overlap(from: number, to: number, start: number, end: number): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, start));
}

/** Without the sum, which may be more than a number holds. */
function meanOf(weights: readonly number[]): number {
  return weights.reduce((mean, weight) => mean + weight / weights.length, 0);
}
