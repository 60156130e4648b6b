import { expect, test } from '@jest/globals';
import { Emitter } from './emitter.js';

interface Events {
  ping: [n: number];
}

test('tells the listeners of an event, until they are taken off', () => {
  const emitter = new Emitter<Events>();
  const told: number[] = [];
  const listener = (n: number): void => void told.push(n);
  expect(emitter.listens('ping')).toBe(false);
  emitter.on('ping', listener);
  expect(emitter.listens('ping')).toBe(true);
  emitter.tell('ping', 1);
  emitter.off('ping', listener);
  emitter.tell('ping', 2);
  expect([told, emitter.listens('ping')]).toEqual([[1], false]);
});

test('a listener that throws is an uncaught exception of its own: the teller and the other listeners go on', () => {
  const emitter = new Emitter<Events>();
  const told: number[] = [];
  const later: (() => void)[] = [];
  const { nextTick } = process;
  process.nextTick = ((callback: () => void) => later.push(callback)) as typeof nextTick;
  try {
    emitter.on('ping', () => {
      throw new Error('listener');
    });
    emitter.on('ping', (n) => told.push(n));
    expect(() => emitter.tell('ping', 1)).not.toThrow();
  } finally {
    process.nextTick = nextTick;
  }
  expect(told).toEqual([1]);
  expect(later).toHaveLength(1);
  expect(later[0]).toThrow('listener');
});
