import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { FairleadError } from '@fairlead/core';
import * as kubernetes from '../index.js';
import { KUBERNETES_ERROR_CODES } from './codes.js';

const reference = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');

test('the error codes are in the reference as they are in the table, and no others are', () => {
  const section = reference.split(/^## /m).find((part) => part.startsWith('`@fairlead/kubernetes`'))!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `FAIRLEAD_'));
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual(
    KUBERNETES_ERROR_CODES.map(
      ({ code, className, status, meaning }) => `| \`${code}\` | \`${className}\` | ${status} | ${meaning} |`,
    ),
  );
});

test('the error codes are those of the classes that the package exports', () => {
  const classes = Object.values(kubernetes).filter(
    (value): value is typeof kubernetes.KubernetesApiError =>
      typeof value === 'function' && value.prototype instanceof FairleadError,
  );
  expect(classes.map(({ code, name }) => [code, name])).toEqual(
    KUBERNETES_ERROR_CODES.map(({ code, className }) => [code, className]),
  );
});
