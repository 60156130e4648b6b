import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as core from '../index.js';
import { CORE_ERROR_CODES } from './codes.js';

const reference = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');

/** The rows of the table under the heading of this package, without the spaces that align its columns. */
function documentedRows(): string[] {
  const section = reference.split(/^## /m).find((part) => part.startsWith('`@fairlead/core`'))!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `FAIRLEAD_'));
  return rows.map((row) => row.replaceAll(/ +/g, ' '));
}

describe('the error codes', () => {
  test('are in the reference as they are in the table, and no others are', () => {
    const rows = CORE_ERROR_CODES.map(
      ({ code, className, status, meaning }) => `| \`${code}\` | \`${className}\` | ${status} | ${meaning} |`,
    );
    expect(documentedRows()).toEqual(rows);
  });

  test('are those of the classes that the package exports', () => {
    const classes = Object.values(core).filter(
      (value): value is typeof core.InvalidOptionError =>
        typeof value === 'function' && value !== core.FairleadError && value.prototype instanceof core.FairleadError,
    );
    const exported = classes.map((errorClass) => [errorClass.code, errorClass.name]);
    expect(exported.sort()).toEqual(CORE_ERROR_CODES.map(({ code, className }) => [code, className]).sort());
  });

  test('are unique and in alphabetical order', () => {
    const codes = CORE_ERROR_CODES.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
  });
});
