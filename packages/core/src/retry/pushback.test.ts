import { expect, test } from '@jest/globals';
import { pushbackOf, type Pushback } from './pushback.js';

const stop: Pushback = { kind: 'stop' };

test.each<[(string | Uint8Array)[], Pushback]>([
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
  [['NaN'], stop],
  [['1e300'], stop],
  [[new Uint8Array([53])], stop],
])('the values %j mean %j', (values, pushback) => {
  expect(pushbackOf({ get: (key) => (key === 'grpc-retry-pushback-ms' ? values : []) })).toEqual(pushback);
});
