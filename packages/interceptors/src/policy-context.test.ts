import { AsyncLocalStorage } from 'node:async_hooks';
import type { Timer } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { createPolicyContext } from './policy-context.js';

test('the timer that watches the event loop does not keep the context of the call that began it', () => {
  const request = new AsyncLocalStorage<string>();
  const contexts: (string | undefined)[] = [];
  class Clock extends VirtualClock {
    override schedule(...args: Parameters<VirtualClock['schedule']>): Timer {
      contexts.push(request.getStore());
      return super.schedule(...args);
    }
  }
  const clock = new Clock();
  const { stalls, close } = createPolicyContext({ clock });
  request.run('first call', () => stalls.enter(clock.now()));
  expect(contexts).toEqual([undefined]);
  stalls.leave(clock.now());
  close();
});
