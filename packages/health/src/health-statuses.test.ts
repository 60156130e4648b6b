import { InvalidOptionError } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { StatusRegistry } from './health-statuses.js';
import type { ServingStatus } from './serving-status.js';

function registry(initial: Readonly<Record<string, ServingStatus>> = { '': 'SERVING', 'a.A': 'NOT_SERVING' }) {
  const published: string[] = [];
  return {
    published,
    statuses: new StatusRegistry(initial, (service, status) => published.push(`${service}=${status}`)),
  };
}

describe('StatusRegistry', () => {
  test('publishes a new status', () => {
    const { published, statuses } = registry();
    statuses.setStatus('a.A', 'SERVING');
    expect(published).toEqual(['a.A=SERVING']);
    expect(statuses.statusOf('a.A')).toBe('SERVING');
    expect(statuses.statusOf('')).toBe('SERVING');
  });

  test('does not publish an unchanged status again', () => {
    const { published, statuses } = registry();
    statuses.setStatus('', 'SERVING');
    statuses.setStatus('a.A', 'NOT_SERVING');
    expect(published).toEqual([]);
  });

  test('refuses a service that was not named at the start', () => {
    const { published, statuses } = registry();
    expect(() => statuses.setStatus('a.B', 'SERVING')).toThrow(
      new InvalidOptionError('service', 'a.B', 'one of "", "a.A"'),
    );
    expect(() => statuses.statusOf('toString')).toThrow(InvalidOptionError);
    expect(published).toEqual([]);
  });

  test.each(['serving', 'SERVICE_UNKNOWN', '', 1, undefined])('refuses %p for a status', (status) => {
    const { published, statuses } = registry();
    expect(() => statuses.setStatus('', status as ServingStatus)).toThrow(
      /^status: .* \(expected: one of "SERVING", "NOT_SERVING", "UNKNOWN"\)$/,
    );
    expect(published).toEqual([]);
  });

  test('is NOT_SERVING everywhere once the shutdown has begun, whatever is set later', () => {
    const { published, statuses } = registry();
    statuses.beginShutdown();
    statuses.setStatus('a.A', 'SERVING');
    statuses.setStatus('', 'SERVING');
    expect(published).toEqual(['=NOT_SERVING']);
    expect(statuses.statusOf('')).toBe('NOT_SERVING');
    expect(statuses.statusOf('a.A')).toBe('NOT_SERVING');
  });

  test('still refuses nonsense after the shutdown has begun', () => {
    const { statuses } = registry();
    statuses.beginShutdown();
    expect(() => statuses.setStatus('a.B', 'SERVING')).toThrow(InvalidOptionError);
  });
});
