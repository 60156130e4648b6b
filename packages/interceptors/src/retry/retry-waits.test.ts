import { EventEmitter } from 'node:events';
import { VirtualClock } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { methodDefinitionOf } from '../channel/method-definition.js';
import { RetryWaits } from './retry-waits.js';

test('a wait whose parent call was cancelled before ends at once, when it has begun', () => {
  const clock = new VirtualClock();
  const waits = new RetryWaits(clock);
  const parent = Object.assign(new EventEmitter(), { cancelled: true, getDeadline: () => Infinity });
  const options = { method_definition: methodDefinitionOf('/a/A'), parent: parent as never };
  const ends: string[] = [];
  waits.begin(1_000, options, (end) => ends.push(end));
  expect([ends, waits.size]).toEqual([[], 1]);
  clock.advance(0);
  expect([ends, waits.size, clock.pendingTimers, parent.listenerCount('cancelled')]).toEqual([
    ['parent-cancelled'],
    0,
    0,
    0,
  ]);
});
