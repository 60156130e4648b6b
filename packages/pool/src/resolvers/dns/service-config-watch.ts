import {
  exponentialBackoff,
  type Backoff,
  type Clock,
  type Random,
  type ResolverState,
  type Timer,
} from '@fairlead/core';
import type { TxtLookup } from './txt-lookup.js';

/** The part of a resolver's answer that this is about. */
export type ConfigPart = Pick<ResolverState, 'serviceConfig' | 'serviceConfigError'>;

export interface ServiceConfigWatchOptions {
  readonly lookup: TxtLookup;
  /** Reads the records; throws what is wrong with them. */
  readonly choose: (records: readonly (readonly string[])[]) => { readonly serviceConfig: unknown } | undefined;
  readonly lookupTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** There is another part than before; not called from within `ask`. */
  readonly onNews: () => void;
}

/** How long the first addresses wait for the first config, so that the first calls are made by it. */
const PATIENCE_MS = 1_000;
const JITTER_RATIO = 0.2;
/**
 * A config is looked for again after half a minute, which is the time between two look-ups of other gRPC libraries. Where
 * there is none: after half a minute, a minute, … ten minutes. Most names never have a config, and Node.js does not tell
 * for how long the DNS says that it may be forgotten about (RFC 2308), nor how long TXT records live.
 */
const ANSWER_BACKOFF = exponentialBackoff({
  initialMs: 30_000,
  maxMs: 600_000,
  multiplier: 2,
  jitterRatio: JITTER_RATIO,
});
const ERROR_BACKOFF = exponentialBackoff({
  initialMs: 1_000,
  maxMs: 120_000,
  multiplier: 1.6,
  jitterRatio: JITTER_RATIO,
});

/**
 * The service config in the TXT records of `_grpc_config.<name>` (gRFC A2). Asked for beside the addresses, but less
 * often, and never in their way: only the very first addresses wait for it, for a second at most.
 *
 * A look-up that failed, or records that cannot be read, are a `serviceConfigError`: the config in force stays.
 */
export class ServiceConfigWatch {
  readonly #options: ServiceConfigWatchOptions;
  #part: ConfigPart | undefined;
  #name: string | undefined;
  #nextAt = -Infinity;
  #none: Backoff = ANSWER_BACKOFF;
  #errors: Backoff = ERROR_BACKOFF;
  #running: { readonly timers: readonly Timer[] } | undefined;

  constructor(options: ServiceConfigWatchOptions) {
    this.#options = options;
  }

  /** What is known now; undefined while the first addresses are to wait. */
  get part(): ConfigPart | undefined {
    return this.#part;
  }

  /** Looks the config of `name` up, if it is time to. Addresses that the DNS did not give (undefined) have none. */
  ask(name: string | undefined): void {
    if (name !== this.#name) {
      this.#abandon();
      this.#name = name;
      this.#nextAt = -Infinity;
      [this.#none, this.#errors] = [ANSWER_BACKOFF, ERROR_BACKOFF];
    }
    if (name === undefined) this.#part = {};
    else if (!this.#running && this.#options.clock.now() >= this.#nextAt) this.#look(`_grpc_config.${name}`);
  }

  close(): void {
    this.#abandon();
  }

  #look(name: string): void {
    const { choose, clock, lookup, lookupTimeoutMs } = this.#options;
    const timers: Timer[] = [];
    const running = { timers };
    /** What comes after the time is over, or after close, is not heard. */
    const settle = (how: () => void): void => {
      if (this.#running !== running) return;
      this.#end();
      how();
    };
    const noAnswer = (ms: number): Error => new Error(`DNS look-up of ${name}: no answer within ${ms} ms`);
    timers.push(
      clock.schedule(lookupTimeoutMs, () => {
        settle(() => this.#failed(noAnswer(lookupTimeoutMs)));
        lookup.cancel();
      }),
    );
    if (this.#part === undefined) {
      timers.push(clock.schedule(PATIENCE_MS, () => this.#know({ serviceConfigError: noAnswer(PATIENCE_MS) })));
    }
    this.#running = running;
    lookup.find(name).then(
      (records) => settle(() => this.#answered(records, choose)),
      (error: unknown) => settle(() => this.#failed(error)),
    );
  }

  #answered(records: readonly (readonly string[])[], choose: ServiceConfigWatchOptions['choose']): void {
    const { random } = this.#options;
    let chosen: { readonly serviceConfig: unknown } | undefined;
    try {
      chosen = choose(records);
    } catch (error) {
      return this.#failed(error);
    }
    this.#errors = ERROR_BACKOFF;
    this.#plan((chosen ? ANSWER_BACKOFF : this.#none).delayMs(random));
    this.#none = chosen ? ANSWER_BACKOFF : this.#none.next();
    this.#know(chosen ?? {});
  }

  #failed(error: unknown): void {
    this.#plan(this.#errors.delayMs(this.#options.random));
    this.#errors = this.#errors.next();
    this.#know({ serviceConfigError: error instanceof Error ? error : new Error(String(error)) });
  }

  #plan(delayMs: number): void {
    this.#nextAt = this.#options.clock.now() + delayMs;
  }

  #know(part: ConfigPart): void {
    const isNews = textOf(part) !== textOf(this.#part);
    this.#part = part;
    if (isNews) this.#options.onNews();
  }

  #end(): void {
    for (const timer of this.#running?.timers ?? []) timer.cancel();
    this.#running = undefined;
  }

  #abandon(): void {
    if (!this.#running) return;
    this.#end();
    this.#options.lookup.cancel();
  }
}

function textOf(part: ConfigPart | undefined): string | undefined {
  return part && JSON.stringify([part.serviceConfig, part.serviceConfigError?.message]);
}
