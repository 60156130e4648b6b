import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { builtInPolicies } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SCHEMA, UNSAYABLE, verdicts, type Schema } from '../../test/config-schema.js';
import { fromSchema, mutated } from '../../test/schema-arbitrary.js';
import { validateServiceConfig } from './validate-service-config.js';

const propertiesOf = (schema: unknown): string[] => Object.keys((schema as { properties: Schema }).properties).sort();
const definitions = SCHEMA['definitions'] as Readonly<Record<string, { readonly items: Schema }>>;

/** What stands where a config has a number, a text, a list or an object. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    0,
    -1,
    1,
    1.5,
    1e10,
    '',
    'x',
    'OK',
    'ok',
    '0s',
    '-0s',
    '-1s',
    '.5s',
    '1.s',
    '315576000000s',
  ),
  fc.constantFrom<unknown>(
    '315576000000.1s',
    '1000s',
    'unavailable',
    14,
    17,
    true,
    [],
    {},
    [{}],
    [{ round_robin: {} }],
  ),
  fc.constantFrom<unknown>(
    [{ nobody_knows: 5 }, { pick_first: {} }, { peak_ewma: 5 }],
    { maxAttempts: 2 },
    { unknown: 5 },
  ),
);

const configs = fromSchema(SCHEMA);

describe('the JSON Schema and the parser', () => {
  test('agree on configs as the schema describes them, and on the same with something changed', () => {
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(configs, fc.array(fc.tuple(fc.nat(), junk), { maxLength: 2 }), (made, changes) => {
        const json = changes.reduce<unknown>((config, [seed, value]) => mutated(config, seed, value), made);
        const said = verdicts(json);
        expect({ json, ...said }).toMatchObject({ agree: true });
        seen[said.schema ? 'valid' : 'invalid'] += 1;
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 3_000) },
    );
    expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(300);
  });

  test.each(UNSAYABLE)('agree but for what the schema cannot say: %s', (text, json) => {
    expect(validateServiceConfig(json).errors).toEqual([expect.stringMatching(text)]);
    expect(verdicts(json)).toMatchObject({ schema: true, agree: true });
  });

  // Of other fields the tables of `option-limits.test.ts` tell.
  test('know the same policies, with the same fields', () => {
    expect(propertiesOf(definitions['loadBalancingConfig']?.items)).toEqual(
      builtInPolicies.flatMap(({ names }) => names).sort(),
    );
    for (const { names, fields } of builtInPolicies) {
      const ours = propertiesOf(definitions[names[0]!]).filter((field) => !['children', 'priorities'].includes(field));
      expect([names[0], ours]).toEqual([names[0], [...fields!].sort()]);
    }
  });
});

test('every field of the schema is described for editors', () => {
  const bare: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [name, inner] of Object.entries((schema as { properties?: Schema }).properties ?? {})) {
      const { description, $ref } = inner as Schema;
      const said = typeof $ref === 'string' ? definitions[$ref.replace('#/definitions/', '')] : { description };
      if ((said as Schema)['description'] === undefined) bare.push(`${path}.${name}`);
      visit(inner, `${path}.${name}`);
    }
  };
  visit({ properties: SCHEMA['properties'] }, '');
  for (const [name, schema] of Object.entries(definitions)) visit(schema, name);
  expect(bare).toEqual([]);
});

test('the schema is a file of the package', () => {
  const { files, exports, publishConfig } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { files: string[]; exports: Schema; publishConfig: { exports: Schema } };
  const name = 'service-config.schema.json';
  expect([files.includes(name), exports[`./${name}`], publishConfig.exports[`./${name}`]]).toEqual([
    true,
    `./${name}`,
    `./${name}`,
  ]);
  expect(createRequire(import.meta.url)(`fairlead/${name}`)).toEqual(SCHEMA);
});
