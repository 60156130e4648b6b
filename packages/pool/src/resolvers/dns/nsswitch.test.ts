import { expect, test } from '@jest/globals';
import { hasOtherSources } from './nsswitch.js';

test.each([
  ['', false],
  ['hosts: files dns', false],
  ['passwd: files sss\nhosts:\tfiles dns myhostname # mdns', false],
  ['hosts: files resolve [!UNAVAIL=return] dns', false],
  ['hosts: files mdns4_minimal [NOTFOUND=return] dns', true],
  ['hosts: wins', true],
  ['networks: mdns', false],
])('%j → %p', (text, expected) => {
  expect(hasOtherSources(text)).toBe(expected);
});
