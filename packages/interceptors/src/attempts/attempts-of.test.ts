import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import type { AttemptRecord } from './attempt-record.js';
import { attemptsOf, withAttempts } from './attempts-of.js';

const trail: readonly AttemptRecord[] = [
  {
    endpoint: undefined,
    startedAtMs: 1,
    durationMs: 2,
    code: grpc.status.UNAVAILABLE,
    details: 'gone',
    failure: 'unsent',
    next: { retried: false, reason: 'why not' },
  },
];

const statusWithTrail = (): grpc.StatusObject =>
  withAttempts({ code: grpc.status.UNAVAILABLE, details: 'gone', metadata: new grpc.Metadata() }, trail);

describe('the trail is read from', () => {
  test('a status', () => {
    expect(attemptsOf(statusWithTrail())).toBe(trail);
  });

  test('the error that grpc-js makes of it', () => {
    expect(attemptsOf(Object.assign(new Error('14 UNAVAILABLE: gone'), statusWithTrail()))).toBe(trail);
  });

  test('an error of another library that kept the metadata alone', () => {
    const { metadata } = statusWithTrail();
    expect(attemptsOf(Object.assign(new Error(), { metadata }))).toBe(trail);
  });

  test('an error that wraps such an error', () => {
    const cause = Object.assign(new Error(), statusWithTrail());
    expect(attemptsOf(new Error('outer', { cause: new Error('inner', { cause }) }))).toBe(trail);
  });
});

test('anything else has an empty one', () => {
  const circular = new Error('a');
  circular.cause = new Error('b', { cause: circular });
  for (const other of [undefined, null, 14, 'text', {}, new Error(), { metadata: null }, { cause: null }, circular]) {
    expect(attemptsOf(other)).toEqual([]);
  }
});

test('the status that came is not changed, and the trail is under no name that another library could meet', () => {
  const status = { code: grpc.status.UNAVAILABLE, details: '', metadata: new grpc.Metadata() };
  const told = withAttempts(status, trail);
  expect(Reflect.ownKeys(status)).toEqual(['code', 'details', 'metadata']);
  expect(Object.keys(told)).toEqual(['code', 'details', 'metadata']);
  expect(Object.keys(told.metadata)).toEqual(Object.keys(new grpc.Metadata()));
});
