let warned = false;

/**
 * What traces calls – a propagator, a sampler, a span processor – has thrown. A call does not fail because of its telemetry:
 * the process is warned, once, and the call goes on.
 */
export function warnOfTracing(error: unknown): void {
  if (warned) return;
  warned = true;
  const reason = error instanceof Error ? error.message : String(error);
  const { stack } = error instanceof Error ? error : {};
  process.emitWarning(`Tracing has thrown, and calls go on without it: ${reason}`, {
    code: 'FAIRLEAD_TRACING',
    ...(stack === undefined ? {} : { detail: stack }),
  });
}
