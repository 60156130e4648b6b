import fc from 'fast-check';
import type { Schema } from './config-schema.js';

type Tie = (name: string) => fc.Arbitrary<unknown>;

/** Values that a schema describes, nearly: what only `not`, `if` and `dependencies` say is left to chance. */
export function fromSchema(schema: Schema): fc.Arbitrary<unknown> {
  const definitions = Object.entries(schema['definitions'] as Readonly<Record<string, Schema>>);
  const made = fc.letrec((tie: Tie) =>
    Object.fromEntries([...definitions, ['', schema] as const].map(([name, one]) => [name, valueOf(one, tie)])),
  );
  return made['']!;
}

function valueOf(schema: Schema, tie: Tie): fc.Arbitrary<unknown> {
  const { $ref, allOf, anyOf = allOf, enum: values, type } = schema;
  if (typeof $ref === 'string') return tie($ref.replace('#/definitions/', ''));
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Schema[]).map((one) => valueOf(one, tie)));
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  return (BY_TYPE[String(type)] ?? anything)(schema, tie);
}

const anything = (): fc.Arbitrary<unknown> => fc.constantFrom('x', 5);

const BY_TYPE: Readonly<Record<string, (schema: Schema, tie: Tie) => fc.Arbitrary<unknown>>> = {
  object: objectOf,
  array: ({ items, minItems = 0 }, tie) =>
    fc.array(valueOf(items as Schema, tie), { minLength: minItems as number, maxLength: 2 }),
  boolean: () => fc.boolean(),
  string: ({ pattern, minLength = 0 }) =>
    pattern === undefined
      ? fc.string({ minLength: minLength as number, maxLength: 3 })
      : fc.oneof(
          fc.stringMatching(new RegExp(withoutLookahead(pattern as string))),
          fc.constantFrom('1s', '0.5s', 'p95'),
        ),
  integer: (schema) => fc.oneof(atLimits(schema), fc.integer({ min: 0, max: 100 })),
  number: (schema) => fc.oneof(atLimits(schema), fc.double({ min: 0, max: 2, noNaN: true })),
};

function objectOf({ properties, required = [], maxProperties }: Schema, tie: Tie): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties as Readonly<Record<string, Schema>>);
  const arbitraries = fields.map(([name, inner]) => [name, valueOf(inner, tie)] as const);
  if (maxProperties === 1) {
    return fc.oneof(...arbitraries.map(([name, inner]) => inner.map((value) => ({ [name]: value }))));
  }
  // Few at once, or hardly any whole config would be valid.
  const few = fc.subarray(
    fields.map(([name]) => name),
    { maxLength: Math.min(3, fields.length) },
  );
  const all = fc.record(Object.fromEntries(arbitraries));
  return fc.tuple(few, all).map(([names, values]) => {
    const kept = new Set([...names, ...(required as readonly string[])]);
    return Object.fromEntries(Object.entries(values as object).filter(([name]) => kept.has(name)));
  });
}

function atLimits(schema: Schema): fc.Arbitrary<number> {
  const limits = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((name) => schema[name] ?? []);
  const step = schema['type'] === 'integer' ? 1 : 0.001;
  return fc.constantFrom(...(limits as number[]).flatMap((limit) => [limit, limit - step, limit + step]));
}

/** fast-check makes no texts for a lookahead. */
function withoutLookahead(pattern: string): string {
  return pattern.replace(/\(\?!.*?\$\)/, '');
}

/** The same JSON with something else at one place: another value, nothing, or one more field. */
export function mutated(json: unknown, seed: number, junk: unknown): unknown {
  const places: { at: Record<string, unknown>; key: string }[] = [];
  const copy = structuredClone({ root: json });
  const visit = (at: Record<string, unknown>): void => {
    for (const key of Object.keys(at)) {
      places.push({ at, key });
      const value = at[key];
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
    }
  };
  visit(copy);
  const { at, key } = places[seed % places.length]!;
  if (seed % 3 === 0 && !Array.isArray(at) && at !== copy) delete at[key];
  else at[key] = junk;
  return copy.root;
}
