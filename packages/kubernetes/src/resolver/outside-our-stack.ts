/**
 * Runs what somebody else wrote. One watch serves many resolvers: what the listener of one throws must disturb neither the
 * others nor the watch, and is not lost either: it becomes an uncaught exception of its own.
 */
export function outsideOurStack(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
