import { systemClock } from '@fairlead/core';
import { describe, expect, test } from '@jest/globals';
import { resolveGracefulShutdownOptions } from './graceful-shutdown-options.js';

describe('resolveGracefulShutdownOptions', () => {
  test('fits the default grace period of Kubernetes when nothing is given', () => {
    const resolved = resolveGracefulShutdownOptions(undefined);
    expect(resolved).toEqual({
      services: { '': 'SERVING' },
      signals: ['SIGTERM'],
      propagationDelayMs: 5_000,
      drainTimeoutMs: 20_000,
      exitProcess: false,
      clock: systemClock,
    });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(resolved.propagationDelayMs + resolved.drainTimeoutMs).toBeLessThanOrEqual(30_000 - 5_000);
  });

  test('does not keep or change what it was given', () => {
    const given = Object.freeze({ services: Object.freeze({ 'a.A': 'UNKNOWN' }), signals: Object.freeze(['SIGINT']) });
    const resolved = resolveGracefulShutdownOptions(given);
    expect(resolved.services).toEqual({ '': 'SERVING', 'a.A': 'UNKNOWN' });
    expect(resolved.services).not.toBe(given.services);
    expect(resolved.signals).toEqual(['SIGINT']);
  });

  test('lets the whole server begin as NOT_SERVING', () => {
    expect(resolveGracefulShutdownOptions({ services: { '': 'NOT_SERVING' } }).services).toEqual({ '': 'NOT_SERVING' });
  });

  test.each([
    [{ drainTimeout: 1 }, 'drainTimeout: 1 (expected: unknown option (did you mean `drainTimeoutMs`?))'],
    [{ propagationDelayMs: -1 }, 'propagationDelayMs: -1 (expected: a duration, 0 to 600000 ms)'],
    [{ propagationDelayMs: '5s' }, 'propagationDelayMs: "5s" (expected: a duration, 0 to 600000 ms)'],
    [{ drainTimeoutMs: Infinity }, 'drainTimeoutMs: Infinity (expected: a duration, 0 to 3600000 ms)'],
    [{ exitProcess: 1 }, 'exitProcess: 1 (expected: true or false)'],
    [{ signals: 'SIGTERM' }, 'signals: "SIGTERM" (expected: an array of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR2)'],
    [
      { signals: ['SIGKILL'] },
      'signals: ["SIGKILL"] (expected: an array of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR2)',
    ],
    [{ services: ['a.A'] }, 'services: ["a.A"] (expected: an object of service names and statuses)'],
    [{ services: { 'a.A': 'UP' } }, 'services["a.A"]: "UP" (expected: one of "SERVING", "NOT_SERVING", "UNKNOWN")'],
    [{ clock: {} }, 'clock: {} (expected: a Clock)'],
    [{ clock: null }, 'clock: null (expected: a Clock)'],
    [5, 'options: 5 (expected: an object)'],
  ])('refuses %p', (options, message) => {
    expect(() => resolveGracefulShutdownOptions(options)).toThrow(message);
  });
});
