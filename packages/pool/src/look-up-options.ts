import { InvalidOptionError, type ResolverOptions } from '@fairlead/core';

/** @throws InvalidOptionError when options about look-ups contradict each other. */
export function checkLookUps(
  options: Required<ResolverOptions>,
  channelArguments: Readonly<Record<string, unknown>>,
): void {
  const { refreshIntervalMs, minRefreshIntervalMs, lookUpServiceConfig } = options;
  if (minRefreshIntervalMs > refreshIntervalMs) {
    const expected = `at most refreshIntervalMs, ${refreshIntervalMs}`;
    throw new InvalidOptionError('minRefreshIntervalMs', minRefreshIntervalMs, expected);
  }
  const argument = 'grpc.service_config_disable_resolution';
  if (lookUpServiceConfig && channelArguments[argument] === 1) {
    throw new InvalidOptionError('lookUpServiceConfig', true, `not true beside ${argument}: 1`);
  }
}
