import { expect, test } from '@jest/globals';
import { isCredentialsFailure } from './credentials-failure.js';

const FAILED = 'Getting metadata from plugin failed with error: no token';

test.each([
  [FAILED, true],
  [`Invalid status from control plane: 5 NOT_FOUND ${FAILED}`, true],
  ['"authorization" metadata cannot have multiple values', true],
  [`Connection dropped: ${FAILED}`, false],
  ['Connection dropped', false],
  ['', false],
])('"%s" is a failure of call credentials: %s; never when a server says it', (details, expected) => {
  expect(isCredentialsFailure({ details, fromServer: false })).toBe(expected);
  expect(isCredentialsFailure({ details, fromServer: true })).toBe(false);
});
