import { expect, test } from '@jest/globals';
import { formatAddress, type Address } from './address.js';
import { interleaveFamilies } from './interleave-families.js';

const at = (host: string): Address =>
  host.startsWith('/') ? { kind: 'unix', path: host } : { kind: 'tcp', host, port: 1 };

// The first three are those of grpc-go (pickfirst, Happy Eyeballs).
test.each<[string, string[], string[]]>([
  [
    'IPv4 preferred',
    ['1.1.1.1', '2.2.2.2', '3.3.3.3', '::1', '::2', '::3'],
    ['1.1.1.1', '::1', '2.2.2.2', '::2', '3.3.3.3', '::3'],
  ],
  ['IPv6 preferred', ['::1', '1.1.1.1', '2.2.2.2', '::2'], ['::1', '1.1.1.1', '::2', '2.2.2.2']],
  ['another family preferred', ['/a', '1.1.1.1', '/b', '::1', '2.2.2.2'], ['/a', '1.1.1.1', '::1', '/b', '2.2.2.2']],
  ['one family longer than the other', ['1.1.1.1', '::1', '::2', '::3'], ['1.1.1.1', '::1', '::2', '::3']],
  ['IPv4 written as IPv6', ['::ffff:1.1.1.1', '2.2.2.2', '::1'], ['::ffff:1.1.1.1', '::1', '2.2.2.2']],
  ['one family', ['2.2.2.2', '1.1.1.1'], ['2.2.2.2', '1.1.1.1']],
])('%s', (_, given, expected) => {
  expect(interleaveFamilies(given.map(at), (address) => address).map(formatAddress)).toEqual(
    expected.map(at).map(formatAddress),
  );
});
