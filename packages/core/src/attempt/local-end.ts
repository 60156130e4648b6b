/** The same in every copy of this package, and a symbol, so that it survives a copy of the status. */
const LOCAL_END: unique symbol = Symbol.for('fairlead.local-end') as never;

/**
 * A copy of the status of a call that this process ended for reasons of its own: the grace of a rotation or of a drain was
 * over, or the channel was closed. The callee may have processed it, so it is repeated as `maybe-processed`; but it says
 * nothing of the callee, so neither a load nor a breaker, a limit or a throttle counts it.
 */
export function asLocalEnd<Status extends object>(status: Status): Status {
  return Object.assign({ ...status }, { [LOCAL_END]: true });
}

/** Whether the status is that of a call which this process ended ({@link asLocalEnd}), or a copy of it. */
export function isLocalEnd(status: object): boolean {
  return (status as { [LOCAL_END]?: boolean })[LOCAL_END] === true;
}
