/** Signals that ask a process to end and that Node can listen to. */
export type ShutdownSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGUSR2';

export const SHUTDOWN_SIGNALS: readonly ShutdownSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/**
 * Listens for signals until the function that it answers is called. While anybody listens, Node does not end the process by
 * itself when such a signal comes.
 */
export function listenForSignals(
  signals: readonly ShutdownSignal[],
  onSignal: (signal: ShutdownSignal) => void,
): () => void {
  const listeners = [...new Set(signals)].map((signal) => ({ signal, listener: () => onSignal(signal) }));
  for (const { signal, listener } of listeners) process.on(signal, listener);
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
}
