import { describe, expect, test } from '@jest/globals';
import { formatAddress, parseTarget, type Endpoint, type ResolverContext } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { builtInSchemes } from './built-in-schemes.js';

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
    ['dns:///10.0.0.1:50051', ['10.0.0.1:50051']],
    ['dns:[fd00::1]:50051', ['[fd00::1]:50051']],
    ['10.0.0.1', ['10.0.0.1:443']],
  ])('%s', (target, addresses) => {
    expect(answersOf(target)).toEqual([
      { addresses, startedAt: 10 },
      { addresses, startedAt: 15 },
    ]);
  });
});
