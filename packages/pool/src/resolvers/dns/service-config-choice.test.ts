import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidServiceConfigError } from '@fairlead/core';
import { chooseServiceConfig, type ClientTraits } from './service-config-choice.js';

const config = { loadBalancingConfig: [{ round_robin: {} }] };
const me: ClientTraits = { hostname: 'localhost', draw: 0 };

/** Whether this client gets the config of a choice with these conditions. */
function isChosen(conditions: object, client: Partial<ClientTraits> = {}): boolean {
  const text = `grpc_config=${JSON.stringify([{ ...conditions, serviceConfig: config }])}`;
  const chosen = chooseServiceConfig([[text]], { ...me, ...client });
  if (chosen) expect(chosen).toEqual({ serviceConfig: config });
  return chosen !== undefined;
}

const problemsOf = (text: string): readonly string[] => {
  try {
    chooseServiceConfig([[text]], me);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidServiceConfigError);
    return (error as InvalidServiceConfigError).problems;
  }
  return [];
};

// Where a test of Java says java, ours says node.
describe('grpc-java DnsNameResolverTest', () => {
  test('maybeChooseServiceConfig_failsOnMisspelling', () => {
    expect(problemsOf('grpc_config=[{"parcentage":1,"serviceConfig":{}}]')).toEqual([
      'grpc_config[0].parcentage: unknown (expected: one of clientLanguage, percentage, clientHostname, serviceConfig)',
    ]);
  });

  test.each<[string, object, Partial<ClientTraits>, boolean]>([
    ['clientLanguageMatchesJava', { clientLanguage: ['node'] }, {}, true],
    ['clientLanguageDoesntMatchGo', { clientLanguage: ['go'] }, {}, false],
    ['clientLanguageCaseInsensitive', { clientLanguage: ['NODE'] }, {}, true],
    ['clientLanguageMatchesEmpty', { clientLanguage: [] }, {}, true],
    ['clientLanguageMatchesMulti', { clientLanguage: ['go', 'node'] }, {}, true],
    ['percentageZeroAlwaysFails', { percentage: 0 }, {}, false],
    ['percentageHundredAlwaysSucceeds', { percentage: 100 }, { draw: 99 }, true],
    ['percentageAboveMatches50', { percentage: 50 }, { draw: 49 }, true],
    ['percentageAtFails50', { percentage: 50 }, { draw: 50 }, false],
    ['percentageAboveMatches99', { percentage: 99 }, { draw: 98 }, true],
    ['percentageAtFails99', { percentage: 99 }, { draw: 99 }, false],
    ['percentageAboveMatches1', { percentage: 1 }, { draw: 0 }, true],
    ['percentageAtFails1', { percentage: 1 }, { draw: 1 }, false],
    ['hostnameMatches', { clientHostname: ['localhost'] }, {}, true],
    ['hostnameDoesntMatch', { clientHostname: ['localhorse'] }, {}, false],
    ['clientLanguageCaseSensitive', { clientHostname: ['LOCALHOST'] }, {}, false],
    ['hostnameMatchesEmpty', { clientHostname: [] }, {}, true],
    ['hostnameMatchesMulti', { clientHostname: ['localhorse', 'localhost'] }, {}, true],
  ])('maybeChooseServiceConfig_%s', (_, conditions, client, expected) => {
    expect(isChosen(conditions, client)).toBe(expected);
  });

  test('parseTxtResults_misspelledName', () => {
    expect(chooseServiceConfig([['some_record'], ['_grpc_config=[]']], me)).toBeUndefined();
  });

  test('parseTxtResults_badTypeFails', () => {
    expect(problemsOf('grpc_config={}')).toEqual(['grpc_config: {} (expected: a list of choices)']);
  });

  test('parseTxtResults_badInnerTypeFails', () => {
    expect(problemsOf('grpc_config=["bogus"]')).toEqual(['grpc_config[0]: "bogus" (expected: an object)']);
  });

  test('parseTxtResults_combineAll', () => {
    const choice = (name: string): string => `{"clientHostname":["${name}"],"serviceConfig":{"name":"${name}"}}`;
    const records = [
      ['some_record'],
      [`grpc_config=[${choice('a')},${choice('b')}]`],
      [`grpc_config=[${choice('c')}]`],
    ];
    for (const hostname of ['a', 'b', 'c']) {
      expect(chooseServiceConfig(records, { hostname, draw: 0 })).toEqual({ serviceConfig: { name: hostname } });
    }
  });

  test('parseServiceConfig_capturesParseError', () => {
    expect(problemsOf('grpc_config=bogus')).toEqual([expect.stringMatching(/^grpc_config: no JSON: /)]);
  });

  test('parseServiceConfig_capturesChoiceError', () => {
    expect(problemsOf('grpc_config=[{"hi":{}}]')).toEqual([
      expect.stringMatching(/^grpc_config\[0\]\.hi: unknown/),
      'grpc_config[0].serviceConfig: undefined (expected: an object)',
    ]);
  });

  test('parseServiceConfig_noChoiceIsNull', () => {
    expect(chooseServiceConfig([['grpc_config=[]']], me)).toBeUndefined();
  });

  test('parseServiceConfig_matches', () => {
    expect(chooseServiceConfig([['grpc_config=[{"serviceConfig":{}}]']], me)).toEqual({ serviceConfig: {} });
  });
});

describe('chooseServiceConfig', () => {
  test('takes no record for "no config returned"', () => {
    expect(chooseServiceConfig([], me)).toBeUndefined();
  });

  test('puts the strings of a record together without anything between', () => {
    expect(chooseServiceConfig([['grpc_con', 'fig=[{"serviceConfig":{"a":"x', 'y"}}]']], me)).toEqual({
      serviceConfig: { a: 'xy' },
    });
  });

  test('takes the first choice whose conditions all hold; null is absent', () => {
    const choices = [
      { clientLanguage: ['node'], clientHostname: ['elsewhere'], serviceConfig: { n: 0 } },
      { clientLanguage: null, percentage: null, clientHostname: null, serviceConfig: { n: 1 } },
      { serviceConfig: { n: 2 } },
    ];
    expect(chooseServiceConfig([[`grpc_config=${JSON.stringify(choices)}`]], me)).toEqual({ serviceConfig: { n: 1 } });
  });

  test.each([
    ['percentage', -1],
    ['percentage', 101],
    ['percentage', 0.5],
    ['percentage', '50'],
    ['clientLanguage', 'node'],
    ['clientLanguage', [5]],
    ['clientHostname', {}],
    ['serviceConfig', null],
    ['serviceConfig', []],
    ['serviceConfig', 'x'],
  ])('%s: %j makes the records unreadable, also behind the choice that would be taken', (key, value) => {
    const text = JSON.stringify([{ serviceConfig: {} }, { serviceConfig: {}, [key]: value }]);
    expect(problemsOf(`grpc_config=${text}`)).toEqual([expect.stringMatching(`^grpc_config\\[1\\]\\.${key}: `)]);
  });

  test('does not look into the configs, chosen or not', () => {
    const text = 'grpc_config=[{"percentage":0,"serviceConfig":{"x":1}},{"serviceConfig":{"methodConfig":5}}]';
    expect(chooseServiceConfig([[text]], me)).toEqual({ serviceConfig: { methodConfig: 5 } });
  });

  const conditions = fc.record({
    clientLanguage: fc.option(fc.subarray(['go', 'node', 'Java'])),
    percentage: fc.option(fc.integer({ min: 0, max: 100 })),
    clientHostname: fc.option(fc.subarray(['localhost', 'b'])),
    serviceConfig: fc.record({ id: fc.nat() }),
  });

  test('does not depend on the order in which the DNS tells the records', () => {
    fc.assert(
      fc.property(fc.array(fc.array(conditions)), fc.nat(99), fc.infiniteStream(fc.nat()), (lists, draw, keys) => {
        const records = lists.map((list) => [`grpc_config=${JSON.stringify(list)}`]);
        const keyed = records.map((one) => ({ one, key: Number(keys.next().value) })).sort((a, b) => a.key - b.key);
        expect(
          chooseServiceConfig(
            keyed.map(({ one }) => one),
            { ...me, draw },
          ),
        ).toEqual(chooseServiceConfig(records, { ...me, draw }));
      }),
    );
  });

  test('throws nothing but what it says, whatever a record is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (rest) => {
        try {
          chooseServiceConfig([[`grpc_config=${rest}`]], me);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidServiceConfigError);
        }
      }),
    );
  });
});
