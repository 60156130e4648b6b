import { InvalidServiceConfigError } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { createChannel } from '../src/create-channel.js';
import type { ChannelOptions } from '../src/options.js';
import type { ServiceConfigJson } from '../src/service-config-json.js';
import { verdicts } from './config-schema.js';

/** What is taken, up to the limits, and what is refused, from just past them. */
export interface Limits {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
  /** What must stand beside it. */
  readonly beside?: object;
}

/** One row for each field: the type checker tells when one is missing. */
export type Table<T> = { readonly [K in keyof Required<T>]: Limits };

/** Where a table stands in a service config, and what that config is with one of its fields set. */
export interface Place {
  readonly path: string;
  readonly table: Readonly<Record<string, Limits>>;
  config(fields: object): ServiceConfigJson;
}

export const MAX_INT = Number.MAX_SAFE_INTEGER;
export const TIMER_MAX = 2 ** 31 - 1;
export const NO_OBJECTS = [null, 5, 'x', [], true];
export const NO_NUMBERS = [NaN, '1', null, true];

export const duration = (min: number, max: number, infinity = false): Limits => ({
  good: [min, max, ...(infinity ? [Infinity] : [])],
  bad: [min - 0.001, -1, ...NO_NUMBERS, ...(infinity ? [] : [Infinity]), ...(max < MAX_INT ? [max + 1] : [])],
});

export const seconds = (good: readonly string[], bad: readonly string[]): Limits => ({
  good,
  bad: [...bad, '-1s', '1', '.5s', '0.0000000001s', 5, true, {}],
});
export const positive = seconds(['0.000000001s', '315576000000s'], ['0s']);
export const LONGEST = '2147483.647s';
export const TOO_LONG = '2147483.648s';
export const count = (min: number): Limits => ({
  good: [min, MAX_INT],
  bad: [min - 1, min + 0.5, Infinity, MAX_INT + 1, '1', true, {}],
});
export const codes: Limits = {
  good: [['UNAVAILABLE'], ['unavailable', 4, 16]],
  bad: [['OK'], [0], [17], [-1], ['NOPE'], 'UNAVAILABLE'],
};
/** JSON null is what is not there. */
export const noObjects = NO_OBJECTS.filter((value) => value !== null);

const insecure = grpc.credentials.createInsecure();

/** What `createChannel` says; undefined when it takes them. */
export function errorOf(options: ChannelOptions): Error | undefined {
  try {
    createChannel('ipv4:127.0.0.1:1', insecure, options).close();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** The tests of one table. */
export function heldToLimits({ path, table, config }: Place): void {
  test.each(Object.entries(table))(
    '%s is taken up to its limits, and refused by its path past them',
    (field, limits) => {
      const withValue = (value: unknown): Error | undefined =>
        errorOf({ serviceConfig: config({ ...limits.beside, [field]: value }) });
      // The JSON Schema that the package has for editors says the same, of fields that it must know, then.
      for (const value of [...limits.good, ...limits.bad]) {
        expect([value, verdicts(config({ ...limits.beside, [field]: value }))]).toMatchObject([value, { agree: true }]);
      }
      for (const value of limits.good) expect([value, withValue(value)]).toEqual([value, undefined]);
      for (const value of limits.bad) {
        const error = withValue(value);
        expect([value, error]).toEqual([value, expect.any(InvalidServiceConfigError)]);
        expect((error as InvalidServiceConfigError).problems).toContainEqual(
          expect.stringContaining(`${path}.${field}`),
        );
      }
    },
  );
}
