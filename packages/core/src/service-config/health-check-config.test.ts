import { describe, expect, test } from '@jest/globals';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { parseServiceConfig, type ParsedServiceConfig } from './parse-service-config.js';

const parse = (healthCheckConfig: unknown): ParsedServiceConfig =>
  parseServiceConfig({ healthCheckConfig }, { policies: [] });

describe('healthCheckConfig', () => {
  test.each<[unknown, unknown]>([
    [undefined, undefined],
    [null, undefined],
    [{}, undefined],
    [{ serviceName: null }, undefined],
    [{ serviceName: 'foo' }, { serviceName: 'foo' }],
    [{ serviceName: '' }, { serviceName: '' }],
  ])('%j checks %j', (json, expected) => {
    expect(parse(json).config.healthCheck).toEqual(expected);
  });

  test.each<[unknown, string]>([
    [5, 'healthCheckConfig: 5 (expected: an object)'],
    [[], 'healthCheckConfig: [] (expected: an object)'],
    [{ serviceName: 5 }, 'healthCheckConfig.serviceName: 5 (expected: a string)'],
    [{ serviceName: {} }, 'healthCheckConfig.serviceName: {} (expected: a string)'],
  ])('%j is refused', (json, problem) => {
    let problems: readonly string[] = [];
    try {
      parse(json);
    } catch (error) {
      if (error instanceof InvalidServiceConfigError) ({ problems } = error);
    }
    expect(problems).toEqual([problem]);
  });

  test('warns of fields that nobody knows', () => {
    expect(parse({ serviceName: 'foo', serviceNam: 'bar' }).warnings).toEqual([
      'healthCheckConfig.serviceNam: unknown field, ignored (did you mean serviceName?)',
    ]);
  });
});
