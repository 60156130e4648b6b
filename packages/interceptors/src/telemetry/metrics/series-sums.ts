import type { Attributes } from '@opentelemetry/api';
import { instrumentSpec, type InstrumentName } from './instruments.js';
import type { Observe, Observed } from './shared-meter.js';

/** One series at one moment. */
export interface Series {
  readonly name: InstrumentName;
  readonly attributes: Attributes;
  readonly value: number;
}

type SeriesByKey = Map<string, Series>;

/** Adds up what channels report, those that were closed included. */
export class SeriesSums {
  /** What closed channels have counted. */
  readonly #kept: SeriesByKey = new Map();
  /** What is counted up and down, as it was told last. */
  #upDown: SeriesByKey = new Map();

  /**
   * A series that is counted up and down and that nobody reports any more is told to be zero, once: SDKs that go on exporting
   * what they saw last must not go on with a breaker that is open. Those that export what they are told (delta temporality, and
   * whoever does as the specification says) have it no longer then.
   */
  collect(channels: Iterable<Observed>): Iterable<Series> {
    const series: SeriesByKey = new Map(this.#kept);
    for (const channel of channels) channel.report(adderTo(series));
    const upDown = new Map([...series].filter(([, { name }]) => isUpDown(name)));
    for (const [key, { name, attributes }] of this.#upDown) {
      if (!series.has(key)) series.set(key, { name, attributes, value: 0 });
    }
    this.#upDown = upDown;
    return series.values();
  }

  /** Adds the counters of a channel that is closed. */
  keep(channel: Observed): void {
    const add = adderTo(this.#kept);
    channel.report((name, value, attributes) => {
      if (instrumentSpec(name).kind === 'ObservableCounter') add(name, value, attributes);
    });
  }
}

function adderTo(series: SeriesByKey): Observe {
  return (name, value, attributes) => {
    const key = `${name} ${JSON.stringify(attributes)}`;
    const before = series.get(key);
    series.set(key, { name, attributes, value: before === undefined ? value : merge(name, before.value, value) });
  };
}

function merge(name: InstrumentName, one: number, other: number): number {
  return instrumentSpec(name).merge === 'max' ? Math.max(one, other) : one + other;
}

function isUpDown(name: InstrumentName): boolean {
  return instrumentSpec(name).kind === 'ObservableUpDownCounter';
}
