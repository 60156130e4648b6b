import { beforeEach, expect, test } from '@jest/globals';
import { ConfigDelivery } from './config-delivery.js';

let warned: [string, string][];
let delivery: ConfigDelivery;

beforeEach(() => {
  warned = [];
  delivery = new ConfigDelivery('dns:///a:1', (code, message) => warned.push([code, message]));
});

test('nobody takes it: one warning for all that follow', () => {
  delivery.deliver({}, true);
  delivery.deliver({ serviceConfig: {} }, false);
  delivery.deliver({ serviceConfig: {} }, false);
  expect(warned).toEqual([
    ['service-config-ignored', 'the resolver of dns:///a:1 sent a service config, which is not applied'],
  ]);
});

test('the taker gets each, also that there is none', () => {
  const taken: unknown[] = [];
  delivery.take((config) => taken.push(config));
  delivery.deliver({ serviceConfig: { a: 1 } }, true);
  delivery.deliver({}, false);
  expect([taken, warned]).toEqual([[{ a: 1 }, undefined], []]);
});

test('an invalid one is warned of once, until there is a good one; the very first is an error', () => {
  delivery.take((config) => {
    if (config === 'bad') throw new Error('no good');
  });
  expect(() => delivery.deliver({ serviceConfig: 'bad' }, true)).toThrow('no good');
  for (const config of ['good', 'bad', 'bad', 'good', 'bad']) delivery.deliver({ serviceConfig: config }, false);
  const warning = [
    'service-config-invalid',
    'the resolver of dns:///a:1 sent an invalid service config; the last good one stays in use: no good',
  ];
  expect(warned).toEqual([warning, warning]);
});

test('one that could not be found out is warned of, changes nothing, and is no error of the first answer either', () => {
  const taken: unknown[] = [];
  delivery.deliver({ serviceConfigError: new Error('nobody takes it') }, true);
  delivery.take((config) => taken.push(config));
  const state = { serviceConfig: { a: 1 }, serviceConfigError: new Error('SERVFAIL') };
  delivery.deliver(state, true);
  delivery.deliver(state, false);
  expect(taken).toEqual([]);
  expect(warned).toEqual([
    [
      'service-config-unknown',
      'the resolver of dns:///a:1 could not find out the service config; the one in force stays: SERVFAIL',
    ],
  ]);
});
