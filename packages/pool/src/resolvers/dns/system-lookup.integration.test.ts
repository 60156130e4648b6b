import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leakCheck, type LeakCheck } from '@fairlead/testing';
import { SystemLookup } from './system-lookup.js';

describe('SystemLookup', () => {
  let leaks: LeakCheck;
  beforeEach(() => {
    leaks = leakCheck();
  });
  afterEach(() => leaks.assertNothingLeft());

  test('finds localhost as the system does', async () => {
    const { addresses, ttlSeconds } = await new SystemLookup().resolve('localhost');
    expect(addresses).toEqual(['127.0.0.1']);
    expect(ttlSeconds).toBeUndefined();
  });

  test('goes no further once it is cancelled', async () => {
    const lookup = new SystemLookup();
    const result = lookup.resolve('greeter.invalid');
    lookup.cancel();
    await expect(result).rejects.toThrow('DNS look-up of greeter.invalid was cancelled');
  });
});
