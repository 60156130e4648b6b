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
  /** What closed channels have counted, and zeros for what they counted up and down. */
  readonly #kept: SeriesByKey = new Map();

  collect(channels: Iterable<Observed>): Iterable<Series> {
    const series: SeriesByKey = new Map(this.#kept);
    for (const channel of channels) channel.report(adderTo(series));
    // A series that was told of once is told of for ever, so that its end is seen: a breaker that is not open any more.
    for (const [key, { name, attributes }] of series) {
      if (!this.#kept.has(key) && isUpDown(name)) this.#kept.set(key, { name, attributes, value: 0 });
    }
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
