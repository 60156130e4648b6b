/**
 * Whether a resource belongs to the process or to the test runner, so that nobody can close it. Each rule names the one
 * place in the code that creates it; there is no rule for a whole library or a whole type.
 *
 * @param frames of its creation, the innermost first.
 */
export function isResident(kind: string, frames: readonly string[]): boolean {
  return RULES.some((rule) => rule.kinds.has(kind) && rule.matches(frames));
}

interface Rule {
  readonly kinds: ReadonlySet<string>;
  readonly matches: (frames: readonly string[]) => boolean;
}

const TIMERS = new Set(['Timeout', 'Immediate']);
const STREAMS = new Set(['PIPEWRAP', 'TTYWRAP', 'TCPWRAP', 'SIGNALWRAP']);

const RULES: readonly Rule[] = [
  // Node.js keeps the text of the `date` header until the second is over.
  { kinds: TIMERS, matches: contains(/ utcDate \(node:internal\/http/) },
  // Time limits of tests and hooks, and the progress display of a runner that is in the same process.
  {
    kinds: TIMERS,
    matches: createdBy(/[/\\]node_modules[/\\](?:jest-circus|@jest[/\\]reporters|mocha|@vitest[/\\]runner)[/\\]/),
  },
  { kinds: TIMERS, matches: contains(/node:internal\/test_runner/) },
  // Standard streams are opened at their first use, and stay.
  { kinds: STREAMS, matches: contains(/ get(?:Stdin|Stdout|Stderr) \(node:internal/) },
];

function contains(pattern: RegExp): (frames: readonly string[]) => boolean {
  return (frames) => frames.some((frame) => pattern.test(frame));
}

/** The innermost frame outside Node.js: code under test has the runner's frames further out. */
function createdBy(pattern: RegExp): (frames: readonly string[]) => boolean {
  return (frames) => pattern.test(frames.find((frame) => !frame.includes('node:')) ?? '');
}
