import { describe, expect, test } from '@jest/globals';
import { addressesIn } from './hosts-file.js';

const HOSTS = `
# the usual
127.0.0.1\tlocalhost localhost.localdomain   # loopback
::1 localhost ip6-localhost
10.0.0.7  Greeter greeter.prod
10.0.0.8  greeter
fd00::9   only-six
not-an-ip greeter
10.0.0.7  greeter\r
`;

describe('addressesIn', () => {
  test.each([
    ['localhost', ['127.0.0.1']],
    ['LOCALHOST.', ['127.0.0.1']],
    ['greeter', ['10.0.0.7', '10.0.0.8']],
    ['greeter.prod', ['10.0.0.7']],
    ['ip6-localhost', ['::1']],
    ['only-six', ['fd00::9']],
    ['loopback', []],
    ['missing', []],
  ])('%s → %j', (host, expected) => {
    expect(addressesIn(HOSTS, host)).toEqual(expected);
  });

  test('knows localhost without an entry', () => {
    expect(addressesIn('', 'localhost')).toEqual(['127.0.0.1']);
    expect(addressesIn('', 'a.localhost.')).toEqual(['127.0.0.1']);
    expect(addressesIn('', 'notlocalhost')).toEqual([]);
  });
});
