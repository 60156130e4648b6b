import type { ChosenPolicy } from '../pick/load-balancing-config.js';
import type { RetryThrottling } from '../retry/token-throttle.js';
import { NO_EXTENSION, type ChannelExtension } from './channel-extension.js';
import type { HealthCheckConfig } from './health-check-config.js';
import type { MethodConfig } from './method-config.js';

/** A service config that was checked and may be used as it is. */
export interface ServiceConfig {
  /** The policy that the config asks for; undefined when it does not say. */
  readonly loadBalancing: ChosenPolicy | undefined;
  /** The token bucket that limits retries and hedges; undefined when the config has none. */
  readonly retryThrottling: RetryThrottling | undefined;
  /** What servers are asked for their health by (gRFC A17); undefined to ask none. */
  readonly healthCheck: HealthCheckConfig | undefined;
  /** Our own settings of the whole channel; empty when the config has none. */
  readonly channel: ChannelExtension;
  /**
   * What applies to a method: the entry for exactly this method, else the one for its service, else the default entry,
   * else nothing. Entries are not merged. Answers the same object for the same path.
   * @param path full method path, `/package.Service/Method`.
   */
  methodConfig(path: string): MethodConfig;
}

const NOTHING: MethodConfig = Object.freeze({});

/** A config made from its parts; see `readMethodConfigs` for the keys of the table. */
export function serviceConfigOf(
  loadBalancing: ChosenPolicy | undefined,
  methods: ReadonlyMap<string, MethodConfig>,
  retryThrottling?: RetryThrottling,
  channel: ChannelExtension = NO_EXTENSION,
  healthCheck?: HealthCheckConfig,
): ServiceConfig {
  const fallback = methods.get('') ?? NOTHING;
  return Object.freeze({
    loadBalancing,
    retryThrottling,
    healthCheck,
    channel,
    methodConfig: (path: string) =>
      methods.get(path) ?? methods.get(path.slice(0, path.lastIndexOf('/') + 1)) ?? fallback,
  });
}

/** The config of a target that has none. */
export const emptyServiceConfig: ServiceConfig = serviceConfigOf(undefined, new Map());
