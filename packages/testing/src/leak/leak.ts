/** Something that was not there before, and is still there. */
export interface Leak {
  /** Type of the resource as `node:async_hooks` calls it (`Timeout`, `TCPWRAP`, …), or `listener`. */
  readonly kind: string;
  /** For people: delay of a timer, addresses of a socket, event of a listener; `unref'd` when it is. */
  readonly detail: string;
  /** Where it was created, one frame per line, as in `Error.stack`. */
  readonly stack: string;
}

/** What `assertNothingLeft` throws. Lists every leak with the stack of its creation. */
export class LeakError extends Error {
  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[]) {
    const list = leaks.map((leak) => `\n${[leak.kind, leak.detail].join(' ').trim()}, created\n${leak.stack}`);
    super(`${leaks.length} left behind:${list.join('')}`);
    this.leaks = leaks;
  }

  // An accessor of the prototype and not a field: the stack's first line is written before fields are.
  override get name(): string {
    return 'LeakError';
  }
}

const FRAMES = 40;

/** Records where we are, without formatting it: most of what is created is gone before anybody asks. */
export function captureStack(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const here = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return here;
}

/** The frames of a captured stack, without those of the leak check itself. */
export function framesOf(captured: Error): readonly string[] {
  const lines = (captured.stack ?? '').split('\n').slice(1);
  return lines.filter((line) => !OWN_FRAMES.test(line));
}

const OWN_FRAMES = /\b(?:captureStack|ResourceTracker|ListenerTracker)\b|node:internal\/async_hooks|AsyncHook/;
