import { describe, expect, test } from '@jest/globals';
import { endpointAt, type ResolverListener, type ResolverState, type Target } from '@fairlead/core';
import { ScriptedRandom } from '../random/scripted-random.js';
import { VirtualClock } from '../time/virtual-clock.js';
import { ManualResolver } from './manual-resolver.js';
import { manualResolverFactory } from './manual-resolver-factory.js';

const endpoint = endpointAt({ kind: 'tcp', host: '10.0.0.1', port: 1 });
const target: Target = { scheme: 'test', authority: '', endpoint: 'x', uri: 'test:///x' };

class Recorder implements ResolverListener {
  readonly told: unknown[] = [];
  onState(state: ResolverState, startedAt: number): void {
    this.told.push([state.endpoints.length, startedAt]);
  }
  onError(error: Error, startedAt: number): void {
    this.told.push([error.message, startedAt]);
  }
}

describe('ManualResolver', () => {
  test('tells states and errors with the time at which the look-up began', () => {
    const clock = new VirtualClock({ startMs: 100 });
    const resolver = new ManualResolver({ clock });
    const recorder = new Recorder();
    resolver.start(recorder);
    resolver.push([endpoint]);
    resolver.push({ endpoints: [], attributes: {} }, 90);
    resolver.fail(new Error('SERVFAIL'));
    expect(recorder.told).toEqual([
      [1, 100],
      [0, 90],
      ['SERVFAIL', 100],
    ]);
  });

  test('keeps the newest answer for start, and tells nothing after close', () => {
    const clock = new VirtualClock();
    const resolver = new ManualResolver({ clock });
    resolver.fail(new Error('older'));
    resolver.push([endpoint]);
    clock.advance(5);
    const recorder = new Recorder();
    resolver.start(recorder);
    resolver.close();
    resolver.push([]);
    expect(recorder.told).toEqual([[1, 0]]);
    expect(resolver.closed).toBe(true);
  });

  test('starts once, and again after it was closed', () => {
    const resolver = new ManualResolver();
    resolver.start(new Recorder());
    expect(() => resolver.start(new Recorder())).toThrow('started twice');
    resolver.close();
    const recorder = new Recorder();
    resolver.start(recorder);
    resolver.push([endpoint], 3);
    expect(recorder.told).toEqual([[1, 3]]);
    expect(resolver.closed).toBe(false);
  });

  test('counts refreshes, and answers them only when asked to', () => {
    const clock = new VirtualClock();
    const silent = new ManualResolver({ clock });
    const answering = new ManualResolver({ clock, answersRefresh: true });
    const told = [silent, answering].map((resolver) => {
      const recorder = new Recorder();
      resolver.start(recorder);
      resolver.push([endpoint]);
      clock.advance(10);
      resolver.refresh();
      expect(resolver.refreshes).toBe(1);
      return recorder.told;
    });
    expect(told).toEqual([
      [[1, 0]],
      [
        [1, 10],
        [1, 20],
      ],
    ]);
  });

  test('its factory remembers what it made and passes the clock on', () => {
    const clock = new VirtualClock({ startMs: 7 });
    const factory = manualResolverFactory('test');
    const context = { clock, random: new ScriptedRandom([]), options: { refreshIntervalMs: 5_000 } };
    const made = factory.create(target, context);
    const recorder = new Recorder();
    made.start(recorder);
    factory.created[0]?.push([]);
    expect(recorder.told).toEqual([[0, 7]]);
    expect(factory.targets).toEqual([target]);
    const shared = new ManualResolver();
    const sharing = manualResolverFactory('shared', shared);
    expect([sharing.create(target, context), sharing.create(target, context)]).toEqual([shared, shared]);
  });
});
