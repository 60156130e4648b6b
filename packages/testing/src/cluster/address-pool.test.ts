import { expect, test } from '@jest/globals';
import { isIPv4 } from 'node:net';
import { AddressPool } from './address-pool.js';

test('a thousand addresses are all different, valid, and not the own one', () => {
  const pool = AddressPool.random();
  const given = Array.from({ length: 1_000 }, () => pool.next());
  expect(new Set([...given, pool.own]).size).toBe(1_001);
  expect(given.every((address) => isIPv4(address) && !/\.(?:0|255)$/.test(address))).toBe(true);
  const [first] = given;
  expect(first).toBe(pool.own.replace(/\.1$/, '.2'));
});
