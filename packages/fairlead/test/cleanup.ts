import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { afterEach, beforeEach } from '@jest/globals';

export interface Cleanup {
  /** Closes or stops it when the test is over, the newest first. @returns what it was given. */
  track<T extends { close(): void } | { stop(): void }>(thing: T): T;
}

/** For the top of a test file: whatever a test tracks is closed after it, and then nothing may be left open. */
export function cleanUpAfterEach(): Cleanup {
  let things: ({ close(): void } | { stop(): void })[] = [];
  let check: LeakCheck;
  beforeEach(() => {
    check = leakCheck();
  });
  afterEach(async () => {
    for (const thing of things.reverse()) {
      if ('close' in thing) thing.close();
      else thing.stop();
    }
    things = [];
    await check.assertNothingLeft();
  });
  return {
    track: (thing) => {
      things.push(thing);
      return thing;
    },
  };
}
