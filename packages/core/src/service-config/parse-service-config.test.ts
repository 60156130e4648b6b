import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { parseServiceConfig } from './parse-service-config.js';
import { emptyServiceConfig } from './service-config.js';

const parse = (json: unknown) => parseServiceConfig(json, { policies: builtInPolicies });
const configOf = (json: unknown) => parse(json).config;

function problemsOf(json: unknown, path?: string): readonly string[] {
  try {
    parseServiceConfig(json, { policies: builtInPolicies, ...(path !== undefined && { path }) });
  } catch (error) {
    if (error instanceof InvalidServiceConfigError) return error.problems;
    throw error;
  }
  return [];
}

const retryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};
const withRetry = (change: object) => ({ methodConfig: [{ name: [{}], retryPolicy: { ...retryPolicy, ...change } }] });
const at = 'methodConfig[0].retryPolicy';

describe('parseServiceConfig', () => {
  test('an empty config says nothing', () => {
    for (const config of [
      configOf({}),
      configOf({ methodConfig: null, loadBalancingConfig: null }),
      emptyServiceConfig,
    ]) {
      expect(config.loadBalancing).toBeUndefined();
      expect(config.methodConfig('/a.B/C')).toEqual({});
    }
  });

  test('reads everything that is supported', () => {
    const { config, warnings } = parse({
      loadBalancingConfig: [{ peak_ewma: {} }],
      methodConfig: [{ name: [{ service: 'a.B' }], timeout: '1.050s', waitForReady: true, retryPolicy }],
    });
    expect(warnings).toEqual([]);
    expect(config.loadBalancing?.name).toBe('peak_ewma');
    expect(config.methodConfig('/a.B/C')).toEqual({
      timeoutMs: 1_050,
      waitForReady: true,
      retryPolicy: {
        maxAttempts: 3,
        initialBackoffMs: 100,
        maxBackoffMs: 1_000,
        backoffMultiplier: 2,
        retryableStatusCodes: new Set([14]),
      },
    });
  });

  test('the exact method counts before its service, that before the default, and they are not merged', () => {
    const config = configOf({
      methodConfig: [
        { name: [{}], timeout: '1s' },
        { name: [{ service: 'a.B' }, { service: 'a.C', method: 'Get' }], timeout: '2s' },
        { name: [{ service: 'a.B', method: 'Get' }], waitForReady: false },
      ],
    });
    expect(config.methodConfig('/a.B/Get')).toEqual({ waitForReady: false });
    expect(config.methodConfig('/a.B/Put')).toEqual({ timeoutMs: 2_000 });
    expect(config.methodConfig('/a.C/Get')).toEqual({ timeoutMs: 2_000 });
    expect(config.methodConfig('/a.C/Put')).toEqual({ timeoutMs: 1_000 });
    expect(config.methodConfig('/a.B/Put')).toBe(config.methodConfig('/a.B/Other'));
    for (const odd of ['', '/', '//', 'x', '/a.B']) expect(config.methodConfig(odd)).toEqual({ timeoutMs: 1_000 });
  });

  test('null, empty and absent names are the same', () => {
    for (const name of [{}, { service: null }, { service: '', method: null }]) {
      expect(configOf({ methodConfig: [{ name: [name], timeout: '1s' }] }).methodConfig('/a/b')).toEqual({
        timeoutMs: 1_000,
      });
    }
    for (const name of [{ service: 'a' }, { service: 'a', method: '' }, { service: 'a', method: null }]) {
      const problems = problemsOf({ methodConfig: [{ name: [{ service: 'a' }] }, { name: [name] }] });
      expect(problems).toEqual(['methodConfig[1].name[0]: /a/ is named more than once']);
    }
    expect(problemsOf({ methodConfig: [{ name: [{}, { service: '' }] }] })).toEqual([
      'methodConfig[0].name[1]: the default is named more than once',
    ]);
  });

  test('an entry without a name is checked, applies to nothing, and is worth a warning', () => {
    const { config, warnings } = parse({ methodConfig: [{ timeout: '1s' }, { name: [], timeout: '1s' }] });
    expect(config.methodConfig('/a/b')).toEqual({});
    expect(warnings).toEqual([
      'methodConfig[0]: has no name, so it applies to no method',
      'methodConfig[1]: has no name, so it applies to no method',
    ]);
    expect(problemsOf({ methodConfig: [{ timeout: '1' }] })).toHaveLength(1);
  });

  test.each([
    [null, 'service config: null (expected: an object)'],
    ['{}', 'service config: "{}" (expected: an object)'],
    [[], 'service config: [] (expected: an object)'],
    [{ methodConfig: {} }, 'methodConfig: {} (expected: a list)'],
    [{ methodConfig: ['x'] }, 'methodConfig[0]: "x" (expected: an object)'],
    [{ methodConfig: [{ name: {} }] }, 'methodConfig[0].name: {} (expected: a list)'],
    [{ methodConfig: [{ name: ['a'] }] }, 'methodConfig[0].name[0]: "a" (expected: an object)'],
    [{ methodConfig: [{ name: [{ service: 1 }] }] }, 'methodConfig[0].name[0].service: 1 (expected: a string)'],
    [{ methodConfig: [{ name: [{ method: 'Get' }] }] }, 'methodConfig[0].name[0]: a method without its service'],
    [
      { methodConfig: [{ name: [{}], waitForReady: 'yes' }] },
      'methodConfig[0].waitForReady: "yes" (expected: true or false)',
    ],
    [{ methodConfig: [{ name: [{}], timeout: 1 }] }, /^methodConfig\[0\]\.timeout: 1 \(expected: a duration/],
    [
      { methodConfig: [{ name: [{}], timeout: '-1s' }] },
      'methodConfig[0].timeout: "-1s" (expected: a duration that is not negative)',
    ],
    [{ methodConfig: [{ name: [{}], retryPolicy: 1 }] }, `${at}: 1 (expected: an object)`],
    [
      withRetry({ maxAttempts: 1 }),
      `${at}.maxAttempts: 1 (expected: an integer, at least 2, that counts the first attempt)`,
    ],
    [withRetry({ maxAttempts: '3' }), /maxAttempts: "3"/],
    [withRetry({ maxAttempts: 2.5 }), /maxAttempts: 2\.5/],
    [withRetry({ maxAttempts: undefined }), /maxAttempts: undefined/],
    [withRetry({ initialBackoff: '0s' }), `${at}.initialBackoff: "0s" (expected: a duration above 0s)`],
    [withRetry({ initialBackoff: null }), `${at}.initialBackoff: undefined (expected: a duration above 0s)`],
    [withRetry({ maxBackoff: '-1s' }), `${at}.maxBackoff: "-1s" (expected: a duration above 0s)`],
    [withRetry({ maxBackoff: 1 }), /maxBackoff: 1 /],
    [withRetry({ backoffMultiplier: 0 }), `${at}.backoffMultiplier: 0 (expected: a number above 0)`],
    [withRetry({ backoffMultiplier: '2' }), /backoffMultiplier: "2"/],
    [
      withRetry({ retryableStatusCodes: [] }),
      `${at}.retryableStatusCodes: [] (expected: a list of at least one status code)`,
    ],
    [withRetry({ retryableStatusCodes: 'UNAVAILABLE' }), /retryableStatusCodes: "UNAVAILABLE"/],
    [
      withRetry({ retryableStatusCodes: ['NOPE'] }),
      `${at}.retryableStatusCodes[0]: "NOPE" (expected: a gRPC status code other than OK)`,
    ],
    [withRetry({ retryableStatusCodes: [14, 17] }), /retryableStatusCodes\[1\]: 17/],
    [withRetry({ retryableStatusCodes: [1.5] }), /retryableStatusCodes\[0\]: 1\.5/],
    [withRetry({ retryableStatusCodes: ['OK'] }), /retryableStatusCodes\[0\]: "OK"/],
    [withRetry({ retryableStatusCodes: ['toString'] }), /retryableStatusCodes\[0\]: "toString"/],
    [{ loadBalancingConfig: [{ nope: {} }] }, /^loadBalancingConfig: nope: not supported by this version of Fairlead/],
    [{ loadBalancingConfig: [], loadBalancingPolicy: 'round_robin' }, /^loadBalancingConfig: nothing: not supported/],
    [{ loadBalancingPolicy: 'grpclb' }, /^loadBalancingPolicy: "grpclb" \(expected: "round_robin" or "pick_first"/],
    [{ loadBalancingPolicy: 1 }, 'loadBalancingPolicy: 1 (expected: a string)'],
    [
      { loadBalancingPolicy: 1, loadBalancingConfig: [{ round_robin: {} }] },
      'loadBalancingPolicy: 1 (expected: a string)',
    ],
  ])('%j is invalid', (json, problem) => {
    const problems = problemsOf(json);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test.each([
    [0.5, 0.5],
    [0.5466, 0.546],
    [0.29, 0.29],
    [0.0019999, 0.001],
    [3, 3],
    [12.3456, 12.345],
  ])('a tokenRatio of %p is %p: three decimals are kept, the rest is cut', (tokenRatio, kept) => {
    const { retryThrottling } = configOf({ retryThrottling: { maxTokens: 10, tokenRatio } });
    expect(retryThrottling).toEqual({ maxTokens: 10, tokenRatio: kept });
  });

  test.each([
    [{}, ['maxTokens: undefined (expected: an integer, 1 to 1000)', /tokenRatio: undefined/]],
    [{ maxTokens: 10.5, tokenRatio: 1 }, [/maxTokens: 10\.5/]],
    [{ maxTokens: 0, tokenRatio: 1 }, [/maxTokens: 0/]],
    [{ maxTokens: 1_001, tokenRatio: 1 }, [/maxTokens: 1001/]],
    [{ maxTokens: '10', tokenRatio: 1 }, [/maxTokens: "10"/]],
    [{ maxTokens: 1_000, tokenRatio: 0 }, ['tokenRatio: 0 (expected: a number, at least 0.001)']],
    [{ maxTokens: 1, tokenRatio: 0.000_9 }, [/tokenRatio: 0\.0009/]],
    [{ maxTokens: 1, tokenRatio: 1e-9 }, [/tokenRatio: 1e-9/]],
    [{ maxTokens: 1, tokenRatio: -1 }, [/tokenRatio: -1/]],
    [{ maxTokens: 1, tokenRatio: '1' }, [/tokenRatio: "1"/]],
  ])('retryThrottling %j is invalid', (retryThrottling, expected) => {
    const problems = problemsOf({ retryThrottling });
    expect(problems).toHaveLength(expected.length);
    expected.forEach((text, index) =>
      expect(problems[index]).toMatch(typeof text === 'string' ? `retryThrottling.${text}` : text),
    );
  });

  test('perAttemptRecvTimeout is refused by name', () => {
    const problem = `${at}.perAttemptRecvTimeout: not supported by this version of Fairlead`;
    expect(problemsOf(withRetry({ perAttemptRecvTimeout: '1s' }))).toEqual([problem]);
  });

  describe.each(['maxRequestMessageBytes', 'maxResponseMessageBytes'] as const)('%s', (field) => {
    const limit = (value: unknown) => ({ methodConfig: [{ name: [{}], [field]: value }] });

    test.each([0, 1, 2_048, 4_294_967_295])('may be %p', (bytes) => {
      expect(configOf(limit(bytes)).methodConfig('/a/b')).toEqual({ [field]: bytes });
    });

    test.each([-1, 1.5, 4_294_967_296, '2048', true, {}])('may not be %j', (value) => {
      const problems = problemsOf(limit(value));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^methodConfig\\[0\\]\\.${field}: .*a number of bytes`));
    });

    test('is warned of when the channel allows less', () => {
      const messageCaps = { maxRequestMessageBytes: 10, maxResponseMessageBytes: 10 };
      const warningsOf = (bytes: number) =>
        parseServiceConfig(limit(bytes), { policies: builtInPolicies, messageCaps }).warnings;
      expect(warningsOf(10)).toEqual([]);
      expect(warningsOf(11)).toEqual([
        expect.stringMatching(`^methodConfig\\[0\\].${field}: 11 counts as 10: grpc.max_[a-z_]+ of the channel is 10$`),
      ]);
    });
  });

  describe('connectionScaling', () => {
    const scaling = (maxConnectionsPerSubchannel: unknown) => ({ connectionScaling: { maxConnectionsPerSubchannel } });

    test.each([{ connectionScaling: {} }, scaling(null), scaling(0), scaling(1)])(
      '%j says what we do anyway',
      (json) => {
        expect(parse(json).warnings).toEqual([]);
      },
    );

    test('of more than one connection is clamped, not refused, and warned of (gRFC A105)', () => {
      expect(parse(scaling(4)).warnings).toEqual([
        'connectionScaling.maxConnectionsPerSubchannel: 4 counts as 1: each pod has one connection',
      ]);
    });

    test.each([
      [scaling('4'), 'connectionScaling.maxConnectionsPerSubchannel: "4" '],
      [scaling(-1), 'connectionScaling.maxConnectionsPerSubchannel: -1 '],
      [scaling(1.5), 'connectionScaling.maxConnectionsPerSubchannel: 1.5 '],
      [{ connectionScaling: 4 }, 'connectionScaling: 4 (expected: an object)'],
    ])('%j is invalid', (json, problem) => {
      const problems = problemsOf(json);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.startsWith(problem)).toBe(true);
    });
  });

  test("$schema, by which editors find the schema of the file, is nobody else's business", () => {
    for (const $schema of ['./service-config.schema.json', 5]) expect(parse({ $schema }).warnings).toEqual([]);
  });

  test('all problems of a balancing policy are listed, those of its children too', () => {
    const childPolicy = [{ peak_ewma: { decayTime: 1, failurePenalty: '-1s' } }];
    const json = {
      loadBalancingConfig: [{ outlier_detection: { interval: 5, maxEjectionPercent: 101, childPolicy } }],
    };
    expect(problemsOf(json).map((problem) => problem.split(': ')[0])).toEqual(
      [
        'interval',
        'maxEjectionPercent',
        'childPolicy[0].peak_ewma.decayTime',
        'childPolicy[0].peak_ewma.failurePenalty',
      ].map((field) => `loadBalancingConfig[0].outlier_detection.${field}`),
    );
    expect(problemsOf({ loadBalancingConfig: [5, {}, { round_robin: {} }, { a: {}, b: {} }] })).toHaveLength(3);
  });

  test('a policy that is passed over is a warning', () => {
    expect(parse({ loadBalancingConfig: [{ grpclb: 5 }, { round_robin: {} }, { xds: 5 }] }).warnings).toEqual([
      'loadBalancingConfig[0].grpclb: policy not supported by this version of Fairlead, passed over',
    ]);
  });

  test('retry and hedging exclude each other', () => {
    const problems = problemsOf({ methodConfig: [{ name: [{}], retryPolicy, hedgingPolicy: { maxAttempts: 2 } }] });
    expect(problems).toContain('methodConfig[0]: retryPolicy and hedgingPolicy exclude each other');
  });

  test('lists all problems of a config at once, with the path that was given', () => {
    const json = {
      loadBalancingConfig: 'x',
      retryThrottling: 1,
      methodConfig: [
        { name: [{ method: 'a' }], timeout: 1 },
        withRetry({ maxAttempts: 0, maxBackoff: 0 }).methodConfig[0],
      ],
    };
    expect(problemsOf(json, 'serviceConfig').map((problem) => problem.split(': ')[0])).toEqual([
      'serviceConfig.loadBalancingConfig',
      'serviceConfig.methodConfig[0].timeout',
      'serviceConfig.methodConfig[0].name[0]',
      'serviceConfig.methodConfig[1].retryPolicy.maxAttempts',
      'serviceConfig.methodConfig[1].retryPolicy.maxBackoff',
      'serviceConfig.retryThrottling',
    ]);
  });

  test('more than five attempts are five; codes are numbers or names in any case', () => {
    const policy = configOf(
      withRetry({ maxAttempts: 9, retryableStatusCodes: ['unavailable', 14, 'Resource_Exhausted', 4] }),
    ).methodConfig('/a/b').retryPolicy;
    expect(policy?.maxAttempts).toBe(5);
    expect(policy?.retryableStatusCodes).toEqual(new Set([14, 8, 4]));
  });

  describe('hedgingPolicy', () => {
    const withHedging = (hedgingPolicy: object, more: object = {}) => ({
      methodConfig: [{ name: [{}], hedgingPolicy, ...more }],
    });
    const where = 'methodConfig[0].hedgingPolicy';

    test('only maxAttempts is required, and more than five are five', () => {
      const policyOf = (policy: object) => configOf(withHedging(policy)).methodConfig('/a/b').hedgingPolicy;
      expect(policyOf({ maxAttempts: 2 })).toEqual({ maxAttempts: 2, nonFatalStatusCodes: new Set() });
      expect(
        policyOf({ maxAttempts: 6, hedgingDelay: '0.5s', nonFatalStatusCodes: ['unavailable', 13, 'ABORTED'] }),
      ).toEqual({ maxAttempts: 5, hedgingDelayMs: 500, nonFatalStatusCodes: new Set([14, 13, 10]) });
      expect(policyOf({ maxAttempts: 2, hedgingDelay: '0s', nonFatalStatusCodes: [] })?.hedgingDelayMs).toBe(0);
    });

    test.each([
      [{}, `${where}.maxAttempts: undefined (expected: an integer, at least 2, that counts the first attempt)`],
      [{ maxAttempts: 1 }, `${where}.maxAttempts: 1 `],
      [{ maxAttempts: '2' }, `${where}.maxAttempts: "2" `],
      [{ maxAttempts: 2, hedgingDelay: 1 }, `${where}.hedgingDelay: 1 `],
      [{ maxAttempts: 2, hedgingDelay: '-1s' }, `${where}.hedgingDelay: "-1s" `],
      [{ maxAttempts: 2, nonFatalStatusCodes: 'OK' }, `${where}.nonFatalStatusCodes: "OK" (expected: a list)`],
      [{ maxAttempts: 2, nonFatalStatusCodes: ['OK'] }, `${where}.nonFatalStatusCodes[0]: "OK" `],
      [{ maxAttempts: 2, nonFatalStatusCodes: [17] }, `${where}.nonFatalStatusCodes[0]: 17 `],
    ])('%j is invalid', (policy, problem) => {
      const problems = problemsOf(withHedging(policy));
      expect(problems).toHaveLength(1);
      expect(problems[0]?.startsWith(problem)).toBe(true);
    });

    test('a measured delay is a percentile, with a floor and a cap', () => {
      const delayOf = (hedgingDelay: unknown) =>
        configOf(withHedging({ maxAttempts: 2 }, { fairlead: { hedgingDelay } })).methodConfig('/a/b').measuredDelay;
      expect(delayOf('p95')).toEqual({ quantile: 0.95, minMs: 1, maxMs: 10_000 });
      expect(delayOf({ quantile: 'p99.9', min: '0.005s', max: '1s' })).toMatchObject({ minMs: 5, maxMs: 1_000 });
      expect(delayOf({ quantile: 'p50', min: '20s' })).toEqual({ quantile: 0.5, minMs: 20_000, maxMs: 20_000 });
    });

    test.each([
      ['95', 'fairlead.hedgingDelay: "95" (expected: a percentile, "p50" to "p99.9")'],
      ['p49', 'fairlead.hedgingDelay: "p49" '],
      ['p100', 'fairlead.hedgingDelay: "p100" '],
      [{}, 'fairlead.hedgingDelay.quantile: undefined '],
      [{ quantile: 'p95', min: '0s' }, 'fairlead.hedgingDelay.min: "0s" (expected: a duration above 0s)'],
      [{ quantile: 'p95', min: '2s', max: '1s' }, 'fairlead.hedgingDelay: min (2000 ms) is longer than max (1000 ms)'],
      [5, 'fairlead.hedgingDelay: 5 (expected: an object)'],
    ])('a measured delay of %j is invalid', (hedgingDelay, problem) => {
      const problems = problemsOf(withHedging({ maxAttempts: 2 }, { fairlead: { hedgingDelay } }));
      expect(problems).toHaveLength(1);
      expect(problems[0]?.startsWith(`methodConfig[0].${problem}`)).toBe(true);
    });

    test('a measured delay without a hedgingPolicy is an error that names both', () => {
      expect(problemsOf({ methodConfig: [{ name: [{}], fairlead: { hedgingDelay: 'p95' } }] })).toEqual([
        'methodConfig[0]: fairlead.hedgingDelay without hedgingPolicy',
      ]);
    });
  });

  describe('the namespaced extension', () => {
    const withExtension = (fairlead: unknown, more: object = {}) => ({
      methodConfig: [{ name: [{}], ...more, fairlead }],
    });

    test('perAttemptTimeout is a duration above 0s', () => {
      const config = configOf(withExtension({ perAttemptTimeout: '0.25s' }, { timeout: '0.25s' }));
      expect(config.methodConfig('/a/b')).toEqual({ timeoutMs: 250, perAttemptTimeoutMs: 250 });
      expect(configOf(withExtension({})).methodConfig('/a/b')).toEqual({});
      expect(configOf(withExtension(null)).methodConfig('/a/b')).toEqual({});
    });

    test.each([
      [5, 'methodConfig[0].fairlead: 5 (expected: an object)'],
      [{ perAttemptTimeout: '0s' }, 'methodConfig[0].fairlead.perAttemptTimeout: "0s" (expected: a duration above 0s)'],
      [{ perAttemptTimeout: 1 }, /^methodConfig\[0\]\.fairlead\.perAttemptTimeout: 1 /],
    ])('%j is invalid', (fairlead, problem) => {
      const problems = problemsOf(withExtension(fairlead));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(problem);
    });

    test('an attempt may not take longer than its call: the error names both fields', () => {
      expect(problemsOf(withExtension({ perAttemptTimeout: '2s' }, { timeout: '1.5s' }))).toEqual([
        'methodConfig[0]: fairlead.perAttemptTimeout (2s) is longer than timeout (1.5s)',
      ]);
    });

    test('an unknown field is a warning', () => {
      expect(parse(withExtension({ perAttemptTimeOut: '1s' })).warnings).toEqual([
        'methodConfig[0].fairlead.perAttemptTimeOut: unknown field, ignored (did you mean perAttemptTimeout?)',
      ]);
    });
  });

  test('the deprecated policy name counts when there is no list', () => {
    expect(configOf({ loadBalancingPolicy: 'ROUND_ROBIN' }).loadBalancing?.name).toBe('round_robin');
    expect(configOf({ loadBalancingPolicy: 'pick_first' }).loadBalancing?.name).toBe('pick_first');
    expect(configOf({ loadBalancingPolicy: '' }).loadBalancing).toBeUndefined();
    const both = { loadBalancingPolicy: 'nonsense', loadBalancingConfig: [{ round_robin: {} }] };
    expect(configOf(both).loadBalancing?.name).toBe('round_robin');
  });

  test('unknown fields are warnings that name the nearest known one', () => {
    const { warnings } = parse({
      methodConfigs: [],
      comment: 'ours',
      loadBalancingConfig: [{ peak_ewma: { decaytime: '1s' } }],
      methodConfig: [{ name: [{ services: 'a' }], timeOut: '1s', hedgingPolicy: null }],
    });
    expect(warnings).toEqual([
      'methodConfigs: unknown field, ignored (did you mean methodConfig?)',
      'comment: unknown field, ignored',
      'loadBalancingConfig[0].peak_ewma.decaytime: unknown field, ignored (did you mean decayTime?)',
      'methodConfig[0].timeOut: unknown field, ignored (did you mean timeout?)',
      'methodConfig[0].name[0].services: unknown field, ignored (did you mean service?)',
    ]);
  });

  test('leaves the given object as it is, and throws nothing but its own error for any JSON', () => {
    const key = fc.constantFrom(
      'methodConfig',
      'name',
      'service',
      'method',
      'timeout',
      'retryPolicy',
      'maxAttempts',
      'retryableStatusCodes',
      'loadBalancingConfig',
      'round_robin',
      'loadBalancingPolicy',
      '__proto__',
      'x',
    );
    const { json } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.constantFrom('1s', 'round_robin', '', null, 3), fc.jsonValue({ maxDepth: 0 })),
      json: fc.oneof(
        { maxDepth: 6 },
        tie('leaf'),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(key, tie('json'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        const before = JSON.stringify(value);
        try {
          parse(value);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidServiceConfigError);
        }
        expect(JSON.stringify(value)).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });
});
