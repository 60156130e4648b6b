/** Bytes in use when everything that can be collected was. */
export async function heapInUse(): Promise<number> {
  for (let n = 0; n < 5; n += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}
