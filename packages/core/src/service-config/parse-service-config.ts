import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import type { BalancingPolicyFactory } from '../pick/balancing-policy.js';
import { parseLoadBalancingConfig, type ChosenPolicy } from '../pick/load-balancing-config.js';
import { readChannelExtension } from './channel-extension.js';
import { checkConnectionScaling } from './connection-scaling.js';
import { childPath, ConfigReader, fieldOf, type Json } from './config-reader.js';
import { readHealthCheckConfig } from './health-check-config.js';
import { readMethodConfigs } from './method-config.js';
import { NO_CAPS, type MessageCaps } from './message-caps.js';
import type { MethodOptions } from './method-options.js';
import { readRetryThrottling } from './retry-throttling.js';
import { serviceConfigOf, type ServiceConfig } from './service-config.js';

const NO_OPTIONS: MethodOptions = new Map();

/** What a parse depends on. */
export interface ServiceConfigContext {
  /** The policies that a config may choose. */
  readonly policies: readonly BalancingPolicyFactory[];
  /** Where the config stands, put before paths in messages. Default: nothing. */
  readonly path?: string;
  /** Settings of methods that stand beside the config. Default none. */
  readonly methodOptions?: MethodOptions;
  /** Whether those win where the config names the same; otherwise it is a problem. Default false. */
  readonly optionsWin?: boolean;
  /** What the channel allows in any case; an entry that allows more is warned of. Default: anything. */
  readonly messageCaps?: MessageCaps;
}

/** A usable config, and what is suspicious about it. */
export interface ParsedServiceConfig {
  readonly config: ServiceConfig;
  /** One line each: unknown fields, which gRFC A2 says to ignore, and entries without effect. Worth logging once. */
  readonly warnings: readonly string[];
}

const FIELDS = {
  supported: [
    // Editors find the JSON Schema of the file by it.
    '$schema',
    'loadBalancingConfig',
    'loadBalancingPolicy',
    'methodConfig',
    'retryThrottling',
    'healthCheckConfig',
    'connectionScaling',
    'fairlead',
  ],
};

/**
 * Checks a service config (the proto3 JSON form of grpc.service_config.ServiceConfig) and makes it ready for use.
 * Any known field that is invalid makes the whole config invalid (gRFC A2). Standard fields that this version does not
 * implement are refused by name, because a limit or a policy that is silently not applied is worse than an error.
 *
 * @param json the parsed JSON; a string must be parsed by the caller.
 * @throws InvalidServiceConfigError that lists every problem.
 */
export function parseServiceConfig(json: unknown, context: ServiceConfigContext): ParsedServiceConfig {
  const reader = new ConfigReader();
  const path = context.path ?? '';
  const object = reader.object(json, path === '' ? 'service config' : path);
  if (object === undefined) throw new InvalidServiceConfigError(reader.problems);
  reader.checkFields(object, path, FIELDS);
  const loadBalancing = readLoadBalancing(object, path, context.policies, reader);
  const { methodOptions: options = NO_OPTIONS, optionsWin = false, messageCaps = NO_CAPS } = context;
  const list = reader.list(object, 'methodConfig', path);
  const methods = readMethodConfigs(list, childPath(path, 'methodConfig'), reader, {
    options,
    optionsWin,
    messageCaps,
  });
  const retryThrottling = reader.part(object, 'retryThrottling', path, readRetryThrottling);
  const healthCheck = reader.part(object, 'healthCheckConfig', path, readHealthCheckConfig);
  reader.part(object, 'connectionScaling', path, checkConnectionScaling);
  const channel = readChannelExtension(object, path, reader);
  if (reader.problems.length > 0) throw new InvalidServiceConfigError(reader.problems);
  return {
    config: serviceConfigOf(loadBalancing, methods, retryThrottling, channel, healthCheck),
    warnings: Object.freeze([...reader.warnings]),
  };
}

function readLoadBalancing(
  object: Json,
  path: string,
  policies: readonly BalancingPolicyFactory[],
  reader: ConfigReader,
): ChosenPolicy | undefined {
  const list = fieldOf(object, 'loadBalancingConfig');
  // Read in any case: a known field of the wrong type is an error, whether it counts or not.
  const name = reader.string(object, 'loadBalancingPolicy', path)?.toLowerCase();
  if (list !== undefined) {
    const where = childPath(path, 'loadBalancingConfig');
    const chosen = reader.attempt(() => parseLoadBalancingConfig(list, policies, where));
    reader.warnings.push(...(chosen?.warnings ?? []));
    return chosen;
  }
  if (name === undefined) return undefined;
  const where = childPath(path, 'loadBalancingPolicy');
  if (name === 'round_robin' || name === 'pick_first') {
    return reader.attempt(() => parseLoadBalancingConfig([{ [name]: {} }], policies, where));
  }
  return reader.refuse(where, name, '"round_robin" or "pick_first"; others go into loadBalancingConfig');
}
