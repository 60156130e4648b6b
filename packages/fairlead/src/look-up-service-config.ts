import type { ParsedServiceConfig } from '@fairlead/core';

/**
 * Whether resolvers are to look for a service config where nobody says. Not for nothing: what the application gives
 * counts in its place.
 */
export function looksUpByDefault(
  channelArguments: Readonly<Record<string, unknown>>,
  given: ParsedServiceConfig | undefined,
): boolean {
  return given === undefined && channelArguments['grpc.service_config_disable_resolution'] !== 1;
}
