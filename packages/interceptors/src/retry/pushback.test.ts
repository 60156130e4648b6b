import { expect, test } from '@jest/globals';
import { metadataOf } from '../../test/fake-channel.js';
import { pushbackOf } from './pushback.js';

const stop = { kind: 'stop' };

test.each([
  [[], { kind: 'none' }],
  [['0'], { kind: 'after', delayMs: 0 }],
  [['5'], { kind: 'after', delayMs: 5 }],
  [['2147483647'], { kind: 'after', delayMs: 2 ** 31 - 1 }],
  [['2147483648'], stop],
  [['99999999999999999999'], stop],
  [['-1'], stop],
  [['-0'], stop],
  [['+5'], stop],
  [['01'], stop],
  [['00'], stop],
  [['x'], stop],
  [['5x'], stop],
  [['5.0'], stop],
  [['1e3'], stop],
  [[''], stop],
  [['5', '5'], stop],
])('the values %j mean %j', (values, pushback) => {
  expect(pushbackOf(metadataOf({ 'grpc-retry-pushback-ms': values }))).toEqual(pushback);
});
