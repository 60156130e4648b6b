import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { AggregationTemporality, MeterProvider } from '@opentelemetry/sdk-metrics';
import { TestMeter, TestReader } from '../../../test/metric-reader.js';
import type { InstrumentName } from './instruments.js';
import { SharedMeter, type Observed } from './shared-meter.js';

const ROTATIONS = 'fairlead.pool.rotations';
const WAITING = 'fairlead.pool.waiting_calls';
const AGE = 'fairlead.resolver.age';
const TARGET = { 'grpc.target': 'dns:///one' };

class FakeChannel implements Observed {
  readonly instruments: readonly InstrumentName[] = [ROTATIONS, WAITING, AGE];
  rotations = 0;
  waiting = 0;
  age = 0;

  report(observe: Parameters<Observed['report']>[0]): void {
    observe(ROTATIONS, this.rotations, TARGET);
    observe(WAITING, this.waiting, TARGET);
    observe(AGE, this.age, TARGET);
  }
}

async function valuesOf(meter: TestMeter): Promise<Record<string, unknown>> {
  const exported = await meter.collect();
  return Object.fromEntries(
    Object.entries(exported).map(([name, { series }]) => {
      expect(series).toEqual([[TARGET, expect.any(Number)]]);
      return [name, series[0]![1]];
    }),
  );
}

function start(): [TestMeter, SharedMeter, FakeChannel] {
  const meter = new TestMeter();
  const shared = SharedMeter.of(meter.provider);
  const channel = new FakeChannel();
  shared.observe(channel);
  return [meter, shared, channel];
}

describe('the instruments of a provider', () => {
  test('are one set', () => {
    const { provider } = new TestMeter();
    expect(SharedMeter.of(provider)).toBe(SharedMeter.of(provider));
    expect(SharedMeter.of(new TestMeter().provider)).not.toBe(SharedMeter.of(provider));
  });

  test('sum channels to the same target; ages are the oldest', async () => {
    const [meter, shared, one] = start();
    const other = new FakeChannel();
    shared.observe(other);
    Object.assign(one, { rotations: 3, waiting: 1, age: 7 });
    Object.assign(other, { rotations: 4, waiting: 2, age: 5 });
    expect(await valuesOf(meter)).toEqual({ [ROTATIONS]: 7, [WAITING]: 3, [AGE]: 7 });
  });

  test('keep the counters of a closed channel, and tell that nothing of it waits', async () => {
    const [meter, shared, one] = start();
    const other = new FakeChannel();
    shared.observe(other);
    Object.assign(one, { rotations: 3, waiting: 1 });
    await meter.collect();
    one.rotations = 4;
    shared.forget(one);
    shared.forget(one);
    other.rotations = 1;
    expect(await valuesOf(meter)).toMatchObject({ [ROTATIONS]: 5, [WAITING]: 0 });
  });

  test('tell the end of what is counted up and down once, whatever their readers; then it is told no more', async () => {
    const cumulative = new TestReader();
    const delta = new TestReader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
    const shared = SharedMeter.of(new MeterProvider({ readers: [cumulative, delta] }));
    let open = 0;
    shared.observe({
      instruments: [WAITING],
      report: (observe) => {
        if (open > 0) observe(WAITING, open, TARGET);
      },
    });
    open = 2;
    expect([await cumulative.values(WAITING), await delta.values(WAITING)]).toEqual([[2], [2]]);
    open = 0;
    // This reader of the SDK goes on with what it saw last.
    expect([await cumulative.values(WAITING), await cumulative.values(WAITING)]).toEqual([[0], [0]]);
    expect([await delta.values(WAITING), await delta.values(WAITING)]).toEqual([[-2], []]);
    open = 3;
    expect([await cumulative.values(WAITING), await delta.values(WAITING)]).toEqual([[3], [3]]);
  });

  test('are told of the end of the last channel once more, and go on with the next', async () => {
    const [meter, shared, one] = start();
    Object.assign(one, { rotations: 3, waiting: 1 });
    await meter.collect();
    one.rotations = 4;
    shared.forget(one);
    expect(await valuesOf(meter)).toMatchObject({ [ROTATIONS]: 4, [WAITING]: 0 });
    const next = new FakeChannel();
    Object.assign(next, { rotations: 1, waiting: 2 });
    shared.observe(next);
    expect(await valuesOf(meter)).toMatchObject({ [ROTATIONS]: 5, [WAITING]: 2 });
  });

  test('have no callback any more when the last channel is closed and was read', async () => {
    const added: unknown[] = [];
    const meter = new TestMeter();
    const made = meter.provider.getMeter('fairlead');
    const add = made.addBatchObservableCallback.bind(made);
    const remove = made.removeBatchObservableCallback.bind(made);
    made.addBatchObservableCallback = (callback, observables) => {
      added.push(callback);
      add(callback, observables);
    };
    made.removeBatchObservableCallback = (callback, observables) => {
      added.splice(added.indexOf(callback), 1);
      remove(callback, observables);
    };
    meter.provider.getMeter = () => made;
    const shared = SharedMeter.of(meter.provider);
    const channel = new FakeChannel();
    shared.observe(channel);
    await meter.collect();
    expect(added).toHaveLength(1);
    shared.forget(channel);
    await meter.collect();
    expect(added).toEqual([]);
  });

  test('hold no reference to a closed channel', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const [meter, shared] = start();
    const closed = (() => {
      const channel = new FakeChannel();
      shared.observe(channel);
      shared.forget(channel);
      return new WeakRef(channel);
    })();
    await meter.collect();
    for (let round = 0; round < 100 && closed.deref() !== undefined; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    expect(closed.deref()).toBeUndefined();
  });
});
