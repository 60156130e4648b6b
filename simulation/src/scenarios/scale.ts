/** How much a scenario simulates. */
export interface Scale {
  readonly name: 'full' | 'quick';
  readonly durationMs: number;
  /** A multiple of three: they stand in three zones. */
  readonly pods: number;
  readonly coresPerPod: number;
  /** Median of the time that a call takes on a core, in ms. */
  readonly serviceMs: number;
  readonly clients: number;
  /** Of all clients together. With these, about half of all cores are busy. */
  readonly callsPerSecond: number;
}

/** What the figures of the docs are made with: some 36 000 calls. */
export const FULL: Scale = {
  name: 'full',
  durationMs: 30_000,
  pods: 12,
  coresPerPod: 4,
  serviceMs: 20,
  clients: 6,
  callsPerSecond: 1_200,
};

/** What runs in the tests: some 1 700 calls, the cores as busy as above. */
export const QUICK: Scale = {
  name: 'quick',
  durationMs: 12_000,
  pods: 6,
  coresPerPod: 2,
  serviceMs: 40,
  clients: 3,
  callsPerSecond: 140,
};

export const SCALES: Readonly<Record<Scale['name'], Scale>> = { full: FULL, quick: QUICK };
