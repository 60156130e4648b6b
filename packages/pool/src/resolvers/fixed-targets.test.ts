import { describe, expect, test } from '@jest/globals';
import {
  authorityOf,
  formatAddress,
  InvalidTargetError,
  parseTarget,
  UnsupportedPlatformError,
  type Endpoint,
  type ResolverContext,
} from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { builtInSchemes } from './built-in-schemes.js';
import { unixResolver } from './unix-resolver.js';

const schemes = builtInSchemes({ resolvers: [], defaultScheme: 'dns' });
const context = (): ResolverContext & { clock: VirtualClock } => ({
  clock: new VirtualClock({ startMs: 10 }),
  random: new SeededRandom(1),
  options: { refreshIntervalMs: 5_000 },
});

/** The answers of the resolver of `target` to a start and one refresh. */
function answersOf(target: string): { addresses: string[]; startedAt: number }[] {
  const { target: parsed, factory } = parseTarget(target, schemes);
  const made = context();
  const resolver = factory.create(parsed, made);
  const answers: { addresses: string[]; startedAt: number }[] = [];
  resolver.start({
    onState: ({ endpoints }, startedAt) => {
      answers.push({ addresses: endpoints.map((one: Endpoint) => formatAddress(one.addresses[0])), startedAt });
    },
    onError: (error) => {
      throw error;
    },
  });
  made.clock.advance(5);
  resolver.refresh();
  resolver.close();
  resolver.refresh();
  return answers;
}

describe('targets that need no look-up', () => {
  test.each<[string, string[]]>([
    ['ipv4:10.0.0.1:50051', ['10.0.0.1:50051']],
    ['ipv4:10.0.0.1:50051,10.0.0.2', ['10.0.0.1:50051', '10.0.0.2:443']],
    ['ipv4:///10.0.0.1', ['10.0.0.1:443']],
    ['ipv6:[fd00::1]:50051,fd00::2', ['[fd00::1]:50051', '[fd00::2]:443']],
    ['ipv6:[::1]', ['[::1]:443']],
    ['unix:relative/path.sock', ['unix:relative/path.sock']],
    ['unix:/run/x.sock', ['unix:/run/x.sock']],
    ['unix:///run/x.sock', ['unix:/run/x.sock']],
    ['UNIX:/run/a%20b.sock', ['unix:/run/a b.sock']],
    ['unix-abstract:name', ['unix-abstract:name']],
    ['unix-abstract:/name', ['unix-abstract:/name']],
    ['unix-abstract:///a/b', ['unix-abstract:/a/b']],
    ['unix-abstract:a b', ['unix-abstract:a b']],
    ['passthrough:///10.0.0.1:50051', ['10.0.0.1:50051']],
    ['passthrough:[fd00::1]:50051', ['[fd00::1]:50051']],
    ['passthrough:///greeter.prod:50051', ['dns:///greeter.prod:50051']],
    ['passthrough:///:50051', ['dns:///localhost:50051']],
    ['passthrough:///unix:///run/x.sock', ['unix:/run/x.sock']],
    ['passthrough:///unix:run/x.sock', ['unix:run/x.sock']],
    ['dns:///10.0.0.1:50051', ['10.0.0.1:50051']],
    ['dns:[fd00::1]:50051', ['[fd00::1]:50051']],
    ['10.0.0.1', ['10.0.0.1:443']],
    ['dns:///[fe80::1%25eth0]:50051', ['[fe80::1%eth0]:50051']],
  ])('%s', (target, addresses) => {
    expect(answersOf(target)).toEqual([
      { addresses, startedAt: 10 },
      { addresses, startedAt: 15 },
    ]);
  });
});

describe('targets that their scheme does not accept', () => {
  test.each<[string, string]>([
    ['unix://a/b/c', 'unix targets have no authority (expected: unix:///path)'],
    ['unix:', 'the path is missing'],
    ['unix:///', 'the path is missing'],
    [`unix:///${'x'.repeat(107)}`, 'the path has 108 bytes (expected: at most 107)'],
    ['unix:///a%00b', 'a NUL character in the path'],
    ['unix-abstract://a/b', 'unix-abstract targets have no authority (expected: unix-abstract:name)'],
    ['unix-abstract:', 'the name is missing'],
    [`unix-abstract:${'x'.repeat(107)}`, 'the path has 108 bytes'],
    ['unix-abstract:///a%00b', 'a NUL character in the path'],
    ['passthrough://a/b:1', 'passthrough targets have no authority'],
    ['passthrough:///', 'missing address'],
    ['passthrough:///greeter', 'the port is missing (expected: host:port)'],
    ['passthrough:///10.0.0.1', 'the port is missing (expected: host:port)'],
    ['passthrough:///a b:1', 'a character that a host name cannot have'],
    ['passthrough:///unix:', 'no path of a socket after unix:'],
    ['passthrough:///unix://a/b', 'no path of a socket after unix:'],
    ['ipv4://a/10.0.0.1', 'ipv4 targets have no authority'],
  ])('%s', (target, reason) => {
    expect(() => answersOf(target)).toThrow(InvalidTargetError);
    expect(() => answersOf(target)).toThrow(reason);
  });

  test('abstract sockets are refused where there are none', () => {
    const { target } = parseTarget('unix-abstract:name', schemes);
    const make = (): unknown => unixResolver('darwin').create(target, context());
    expect(make).toThrow(UnsupportedPlatformError);
    expect(make).toThrow('unix-abstract:name is not supported here: abstract Unix sockets exist on Linux only');
  });
});

test.each([
  ['unix:///run/x.sock', 'localhost'],
  ['unix-abstract:name', 'localhost'],
  ['passthrough:///greeter.prod:50051', 'greeter.prod:50051'],
  ['passthrough:///:50051', 'localhost:50051'],
  ['passthrough:///unix:/run/x.sock', 'localhost'],
])('the authority of %s is %s', (text, authority) => {
  const { target, factory } = parseTarget(text, schemes);
  expect(authorityOf(target, factory)).toBe(authority);
});
