const CEILING_MS = 30_000;

/** Waits until `condition` holds. @param explain what is known when it never did. */
export async function until(condition: () => boolean, explain: () => string = () => String(condition)): Promise<void> {
  const end = performance.now() + CEILING_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${explain()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
