import { childPath, fieldOf, type ConfigReader } from './config-reader.js';

/** What servers are asked for their health by. */
export interface HealthCheckConfig {
  /** The service whose health counts, as its server knows it; `''` is the whole server. */
  readonly serviceName: string;
}

const FIELDS = { supported: ['serviceName'] };

/**
 * Reads `healthCheckConfig` (gRFC A17). Its name is a `StringValue`: the empty one is a name, and only without one nothing is
 * checked. Problems are noted in the reader.
 */
export function readHealthCheckConfig(
  value: unknown,
  path: string,
  reader: ConfigReader,
): HealthCheckConfig | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const serviceName = fieldOf(object, 'serviceName');
  if (serviceName === undefined) return undefined;
  if (typeof serviceName === 'string') return Object.freeze({ serviceName });
  return reader.refuse(childPath(path, 'serviceName'), serviceName, 'a string');
}
