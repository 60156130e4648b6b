import type {
  Attributes,
  BatchObservableCallback,
  Counter,
  Histogram,
  Meter,
  MeterProvider,
  Observable,
} from '@opentelemetry/api';
import { instrumentSpec, type InstrumentName } from './instruments.js';
import { VERSION } from '../version.js';
import { SeriesSums } from './series-sums.js';

/** Reports the value of one series of an observable instrument. */
export type Observe = (name: InstrumentName, value: number, attributes: Attributes) => void;

/** Something whose state can be read at any time. */
export interface Observed {
  /** The observable instruments that it reports. */
  readonly instruments: readonly InstrumentName[];
  report(observe: Observe): void;
}

const METER_NAME = 'fairlead';

/**
 * All instruments of one MeterProvider. Channels share them, because an SDK keeps only the last of two observations with
 * the same attributes: two channels to one target must be summed before it sees them.
 *
 * Of a channel that was closed, numbers stay and nothing else: counters must not fall, and what is counted up and down
 * is told to be zero once more, since SDKs go on exporting the last value that they saw.
 */
export class SharedMeter {
  static readonly #meters = new WeakMap<MeterProvider, SharedMeter>();
  readonly #meter: Meter;
  readonly #recorders = new Map<InstrumentName, Counter | Histogram>();
  readonly #observables = new Map<InstrumentName, Observable>();
  readonly #observed = new Set<Observed>();
  readonly #sums = new SeriesSums();
  #registered: readonly Observable[] = [];
  readonly #callback: BatchObservableCallback = (result) => {
    for (const { name, value, attributes } of this.#sums.collect(this.#observed)) {
      const observable = this.#observables.get(name);
      if (observable) result.observe(observable, value, attributes);
    }
    // The last values of the last channel are told.
    if (this.#observed.size === 0) this.#register([]);
  };

  private constructor(provider: MeterProvider) {
    this.#meter = provider.getMeter(METER_NAME, VERSION);
  }

  static of(provider: MeterProvider): SharedMeter {
    const known = this.#meters.get(provider);
    if (known !== undefined) return known;
    const meter = new SharedMeter(provider);
    this.#meters.set(provider, meter);
    return meter;
  }

  histogram(name: InstrumentName): Histogram {
    return this.#recorder(name) as Histogram;
  }

  counter(name: InstrumentName): Counter {
    return this.#recorder(name) as Counter;
  }

  /** Reports it at each collection from now on. */
  observe(observed: Observed): void {
    this.#observed.add(observed);
    for (const name of observed.instruments) {
      if (!this.#observables.has(name)) this.#observables.set(name, this.#createObservable(name));
    }
    if (this.#registered.length < this.#observables.size) this.#register([...this.#observables.values()]);
  }

  /** Reads it for the last time, and keeps no reference to it. Idempotent. */
  forget(observed: Observed): void {
    if (this.#observed.delete(observed)) this.#sums.keep(observed);
  }

  #register(observables: readonly Observable[]): void {
    if (this.#registered.length > 0) this.#meter.removeBatchObservableCallback(this.#callback, [...this.#registered]);
    this.#registered = observables;
    if (observables.length > 0) this.#meter.addBatchObservableCallback(this.#callback, [...observables]);
  }

  #recorder(name: InstrumentName): Counter | Histogram {
    const known = this.#recorders.get(name);
    if (known !== undefined) return known;
    const { kind, unit, description, boundaries } = instrumentSpec(name);
    const advice = boundaries && { explicitBucketBoundaries: [...boundaries] };
    const recorder =
      kind === 'Counter'
        ? this.#meter.createCounter(name, { unit, description })
        : this.#meter.createHistogram(name, { unit, description, ...(advice && { advice }) });
    this.#recorders.set(name, recorder);
    return recorder;
  }

  #createObservable(name: InstrumentName): Observable {
    const { kind, unit, description } = instrumentSpec(name);
    const options = { unit, description };
    if (kind === 'ObservableCounter') return this.#meter.createObservableCounter(name, options);
    if (kind === 'ObservableUpDownCounter') return this.#meter.createObservableUpDownCounter(name, options);
    return this.#meter.createObservableGauge(name, options);
  }
}
