/** Kinds that grpc-js and Node keep for themselves, for a while or for ever. */
const IGNORED = new Set([
  'PipeWrap',
  'TTYWrap',
  'FSReqCallback',
  'FSReqPromise',
  'Immediate',
  'CloseReq',
  'MessagePort',
]);

function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!IGNORED.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/**
 * Remembers what keeps the process alive.
 * @returns a check that waits until there is no more of it than before, and throws after ten seconds.
 */
export function watchResources(): () => Promise<void> {
  const before = openResources();
  return async () => {
    for (let left = 1_000; ; left--) {
      const leaks = [...openResources()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
      if (leaks.length === 0) return;
      if (left === 0) throw new Error(`left open: ${leaks.map(([kind, count]) => `${kind} × ${count}`).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 10).unref());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}
