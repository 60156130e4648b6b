import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ScriptedRandom } from '../random/scripted-random.js';
import { Endpoints } from './endpoints.js';
import { OwnedTimers } from './owned-timers.js';
import type { Pod } from './pod.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** As much of a pod as the endpoint controller looks at. */
class FakePod {
  ready = false;
  readonly changes: string[] = [];
  noteEndpoint(change: string): void {
    this.changes.push(change);
  }
  asPod(): Pod {
    return this as unknown as Pod;
  }
}

function endpointsWithDelays(...delaysMs: readonly number[]): Endpoints {
  const random = new ScriptedRandom(delaysMs.map((delayMs) => delayMs / 1_000));
  return new Endpoints({ timers: new OwnedTimers(), random, propagationMs: [0, 1_000] });
}

function change(endpoints: Endpoints, pod: FakePod, ready: boolean): void {
  pod.ready = ready;
  endpoints.podChanged(pod.asPod());
}

describe('Endpoints', () => {
  test('publishes and removes after the delay', () => {
    const endpoints = endpointsWithDelays(100, 300);
    const pod = new FakePod();
    change(endpoints, pod, true);
    jest.advanceTimersByTime(99);
    expect([endpoints.published.length, endpoints.settled]).toEqual([0, false]);
    jest.advanceTimersByTime(1);
    expect([endpoints.published.length, endpoints.settled]).toEqual([1, true]);
    change(endpoints, pod, false);
    jest.advanceTimersByTime(300);
    expect([endpoints.published.length, pod.changes]).toEqual([0, ['published', 'removed']]);
  });

  test('old news of a pod never replaces newer news', () => {
    const endpoints = endpointsWithDelays(500, 50);
    const pod = new FakePod();
    change(endpoints, pod, true);
    jest.advanceTimersByTime(100);
    change(endpoints, pod, false);
    jest.advanceTimersByTime(1_000);
    expect([endpoints.published.length, pod.changes, endpoints.settled]).toEqual([0, [], true]);
  });

  test('news of two pods may overtake each other', () => {
    const endpoints = endpointsWithDelays(500, 50);
    const [slow, quick] = [new FakePod(), new FakePod()];
    change(endpoints, slow, true);
    change(endpoints, quick, true);
    jest.advanceTimersByTime(1_000);
    expect(endpoints.published).toEqual([quick, slow]);
  });
});
