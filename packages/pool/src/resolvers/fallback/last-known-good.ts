import { readFile } from 'node:fs/promises';
import {
  bool,
  durationMs,
  InvalidOptionError,
  resolveOptions,
  type Clock,
  type Resolver,
  type ResolverContext,
  type ResolverFactory,
  type ResolverListener,
  type ResolverNews,
  type Target,
} from '@fairlead/core';
import { decodeState } from './kept-state.js';
import { StateRecorder } from './state-recorder.js';

/** Options of {@link lastKnownGood}. */
export interface LastKnownGoodOptions {
  /** What is older counts as a failure, in ms: other pods may have got the addresses. Default 86 400 000 (a day), `Infinity` allowed. */
  readonly maxAgeMs?: number;
  /** How often a state that does not change is written again, so that its age is known, in ms. Default 60 000, at least 1 000. */
  readonly confirmIntervalMs?: number;
  /** Whether a write waits for the disk, so that the state survives a power failure and not just the process. Default `true`. */
  readonly fsync?: boolean;
}

const RULES = {
  maxAgeMs: durationMs({ default: 86_400_000, min: 1, allowInfinity: true }),
  confirmIntervalMs: durationMs({ default: 60_000, min: 1_000 }),
  fsync: bool({ default: true }),
};

/** A source of {@link fallback} that keeps what the better ones say. */
export interface LastKnownGood extends ResolverFactory {
  readonly path: string;
  recorder(target: Target, context: ResolverContext, onNews: (news: ResolverNews) => void): StateRecorder;
}

/**
 * The last source of a {@link fallback}: a file that has the last pods and service config of the sources before it. A process
 * that starts while these are out of reach begins with what was true when one of its kind ran last.
 *
 * The file is JSON with the pods, the service config, the target, and when that was true; it has no credentials and is
 * readable by its owner alone. What is damaged, of another target or too old is passed over. The folder must exist. One
 * file is for one target; processes may share it.
 *
 * @param path of the file, best on a volume that outlives the container.
 * @throws InvalidOptionError
 */
export function lastKnownGood(path: string, options: LastKnownGoodOptions = {}): LastKnownGood {
  if (typeof path !== 'string' || path === '') throw new InvalidOptionError('path', path, 'the path of a file');
  const { maxAgeMs, ...writing } = resolveOptions(options, RULES, 'lastKnownGood');
  return {
    path,
    schemes: ['last-known-good'],
    create: ({ uri }, { clock }) => new KeptStateResolver(path, uri, maxAgeMs, clock),
    recorder: ({ uri }, { clock }, onNews) => new StateRecorder({ path, target: uri, clock, onNews, ...writing }),
  };
}

export function isLastKnownGood(source: unknown): source is LastKnownGood {
  return typeof (source as Partial<LastKnownGood> | null)?.recorder === 'function';
}

/** Reads the file at the start and whenever it is asked. */
class KeptStateResolver implements Resolver {
  readonly #path: string;
  readonly #target: string;
  readonly #maxAgeMs: number;
  readonly #clock: Clock;
  #listener: ResolverListener | undefined;

  constructor(path: string, target: string, maxAgeMs: number, clock: Clock) {
    this.#path = path;
    this.#target = target;
    this.#maxAgeMs = maxAgeMs;
    this.#clock = clock;
  }

  start(listener: ResolverListener): void {
    this.#listener = listener;
    this.refresh();
  }

  refresh(): void {
    const startedAt = this.#clock.now();
    readFile(this.#path, 'utf8')
      .then((text) => decodeState(text, this.#target, this.#clock.epochNow(), this.#maxAgeMs))
      .then(
        (state) => this.#listener?.onState(state, startedAt),
        (error: Error) =>
          this.#listener?.onError(new Error(`${this.#path}: ${error.message}`, { cause: error }), startedAt),
      );
  }

  close(): void {
    this.#listener = undefined;
  }
}
