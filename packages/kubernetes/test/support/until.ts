/** Longer than anything here takes on a loaded machine. */
export const CEILING_MS = 20_000;

/** Waits until `condition` holds. It is looked at often; only the ceiling is generous. */
export async function until(condition: () => boolean, what = String(condition)): Promise<void> {
  const end = performance.now() + CEILING_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets what has arrived be worked off: enough for a loopback connection that somebody has just written to. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
