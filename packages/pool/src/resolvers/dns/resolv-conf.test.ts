import { describe, expect, test } from '@jest/globals';
import { candidates, parseResolvConf } from './resolv-conf.js';

const POD = `nameserver 10.96.0.10
search prod.svc.cluster.local svc.cluster.local cluster.local
options ndots:5 edns0
`;

describe('parseResolvConf', () => {
  test('reads the search list and ndots', () => {
    expect(parseResolvConf(POD)).toEqual({
      search: ['prod.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
    });
  });

  test.each([
    ['', { search: [], ndots: 1 }],
    ['domain a.example', { search: ['a.example'], ndots: 1 }],
    ['search a b\ndomain c', { search: ['c'], ndots: 1 }],
    ['domain c\nsearch a b ; comment', { search: ['a', 'b'], ndots: 1 }],
    ['options ndots:99', { search: [], ndots: 15 }],
    ['options ndots:x timeout:1', { search: [], ndots: 1 }],
    ['#options ndots:3', { search: [], ndots: 1 }],
  ])('%j → %j', (text, expected) => {
    expect(parseResolvConf(text)).toEqual(expected);
  });
});

describe('candidates', () => {
  const pod = parseResolvConf(POD);
  const plain = { search: ['example.'], ndots: 1 };
  test.each([
    [
      'greeter',
      pod,
      ['greeter.prod.svc.cluster.local', 'greeter.svc.cluster.local', 'greeter.cluster.local', 'greeter'],
    ],
    ['a.b.c.d.e.f', pod, ['a.b.c.d.e.f', expect.any(String), expect.any(String), expect.any(String)]],
    ['greeter.prod.', pod, ['greeter.prod']],
    ['greeter', plain, ['greeter.example', 'greeter']],
    ['greeter.prod', plain, ['greeter.prod', 'greeter.prod.example']],
  ])('%s', (host, rules, expected) => {
    expect(candidates(host, rules)).toEqual(expected);
  });
});
