import { InvalidOptionError, validateEndpoints, type ResolverState } from '@fairlead/core';

/**
 * Checks what a resolver answered, but for its service config.
 * @throws InvalidOptionError that names the first thing that is wrong. What is no state at all throws, too.
 */
export function validateState({ asOfMs = 0, endpoints, lagMs = 0 }: ResolverState, startedAt: number): void {
  validateEndpoints(endpoints);
  if (!Number.isFinite(startedAt)) throw new InvalidOptionError('startedAt', startedAt, 'the time at which it began');
  if (!Number.isFinite(asOfMs)) throw new InvalidOptionError('asOfMs', asOfMs, 'a time in ms since the epoch');
  if (!(Number.isFinite(lagMs) && lagMs >= 0)) throw new InvalidOptionError('lagMs', lagMs, 'a time in ms, at least 0');
}
