import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '@fairlead/testing';
import { Engine } from './engine.js';
import type { EventOwner } from './scheduled-event.js';

describe('Engine', () => {
  test('events happen by time, and those of one moment in the order in which they were scheduled', () => {
    const engine = new Engine(1);
    const random = new SeededRandom(5);
    const happened: [number, number][] = [];
    for (let order = 0; order < 2_000; order++) {
      const at = Math.floor(random.next() * 100);
      engine.at(at, () => happened.push([at, order]));
    }
    engine.runUntil(100);
    const sorted = [...happened].sort(([a, first], [b, second]) => a - b || first - second);
    expect(happened).toHaveLength(2_000);
    expect(happened).toEqual(sorted);
    expect(engine.steps).toBe(2_000);
  });

  test('time stands still during an event, and events may schedule further ones', () => {
    const engine = new Engine(1);
    const seen: number[] = [];
    engine.after(10, () => {
      seen.push(engine.now);
      engine.after(0, () => seen.push(engine.now));
      engine.after(5, () => seen.push(engine.now));
    });
    engine.runUntil(12);
    expect([seen, engine.now]).toEqual([[10, 10], 12]);
    engine.runUntil(15);
    expect(seen).toEqual([10, 10, 15]);
  });

  test('what is cancelled does not happen, and an owner knows how much it has scheduled', () => {
    const engine = new Engine(1);
    const owner: EventOwner = { pendingEvents: 0 };
    let happened = 0;
    const first = engine.after(1, () => happened++, owner);
    engine.after(2, () => happened++, owner);
    expect(owner.pendingEvents).toBe(2);
    first.cancel();
    first.cancel();
    expect(owner.pendingEvents).toBe(1);
    engine.runUntil(3);
    expect([happened, owner.pendingEvents]).toEqual([1, 0]);
  });

  test.each([-1, Number.NaN])('a time of %d is refused', (time) => {
    expect(() => new Engine(1).at(time, () => undefined)).toThrow(RangeError);
  });
});
