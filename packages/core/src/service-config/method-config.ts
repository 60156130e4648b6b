import { fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { BulkheadGroups } from './bulkhead-config.js';
import { readFairleadExtension, type FairleadExtension } from './fairlead-extension.js';
import { readHedgingPolicy, type HedgingPolicy } from './hedging-policy.js';
import { readRetryPolicy, type RetryPolicy } from './retry-policy.js';

/** What a service config says of one method. A field that is absent says nothing. */
export interface MethodConfig extends FairleadExtension {
  /** The longest time for the whole call, in ms; the application's own deadline counts when it is earlier. */
  readonly timeoutMs?: number;
  /** Calls wait for a ready member instead of failing; counts only where the application did not say. */
  readonly waitForReady?: boolean;
  readonly retryPolicy?: RetryPolicy;
  /** Never beside a retry policy. */
  readonly hedgingPolicy?: HedgingPolicy;
}

const FIELDS = {
  supported: ['name', 'timeout', 'waitForReady', 'retryPolicy', 'hedgingPolicy', 'fairlead'],
  notSupported: ['maxRequestMessageBytes', 'maxResponseMessageBytes'],
};

const NAME_FIELDS = { supported: ['service', 'method'] };

/**
 * Reads the `methodConfig` list into a table by path: `/service/method`, `/service/` for a whole service, and the
 * empty string for everything (gRFC A2; specified by service_config.proto). Problems are noted in the reader.
 */
export function readMethodConfigs(
  list: readonly unknown[],
  path: string,
  reader: ConfigReader,
): ReadonlyMap<string, MethodConfig> {
  const byPath = new Map<string, MethodConfig>();
  const groups = new BulkheadGroups();
  list.forEach((value, index) => {
    const where = `${path}[${index}]`;
    const object = reader.object(value, where);
    if (object === undefined) return;
    const config = readMethodConfig(object, where, reader);
    groups.check(config.bulkhead, `${where}.fairlead.bulkhead`, reader);
    const names = reader.list(object, 'name', where);
    if (names.length === 0) reader.warnings.push(`${where}: has no name, so it applies to no method`);
    names.forEach((name, at) => addName(name, `${where}.name[${at}]`, config, byPath, reader));
  });
  return byPath;
}

function readMethodConfig(object: Json, path: string, reader: ConfigReader): MethodConfig {
  reader.checkFields(object, path, FIELDS);
  const timeoutMs = reader.durationMs(object, 'timeout', path);
  const waitForReady = reader.boolean(object, 'waitForReady', path);
  const extension = reader.part(object, 'fairlead', path, readFairleadExtension) ?? {};
  checkTimeouts(object, path, timeoutMs, extension, reader);
  const retryPolicy = reader.part(object, 'retryPolicy', path, readRetryPolicy);
  const hedgingPolicy = reader.part(object, 'hedgingPolicy', path, readHedgingPolicy);
  checkHedging(object, path, extension, reader);
  return Object.freeze({
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(waitForReady !== undefined && { waitForReady }),
    ...(retryPolicy !== undefined && { retryPolicy }),
    ...(hedgingPolicy !== undefined && { hedgingPolicy }),
    ...extension,
  });
}

/** Which of two policies was meant, nobody can know; a delay without hedges would do nothing. */
function checkHedging(object: Json, path: string, { measuredDelay }: FairleadExtension, reader: ConfigReader): void {
  const hedging = fieldOf(object, 'hedgingPolicy') !== undefined;
  if (hedging && fieldOf(object, 'retryPolicy') !== undefined) {
    reader.problems.push(`${path}: retryPolicy and hedgingPolicy exclude each other`);
  }
  if (!hedging && measuredDelay !== undefined) {
    reader.problems.push(`${path}: fairlead.hedgingDelay without hedgingPolicy`);
  }
}

/** An attempt that may take longer than its call is a mistake, most often of the unit or of the field. */
function checkTimeouts(
  object: Json,
  path: string,
  timeoutMs: number | undefined,
  { perAttemptTimeoutMs }: FairleadExtension,
  reader: ConfigReader,
): void {
  if (timeoutMs === undefined || perAttemptTimeoutMs === undefined || perAttemptTimeoutMs <= timeoutMs) return;
  const { timeout, fairlead } = object as { timeout: string; fairlead: { perAttemptTimeout: string } };
  reader.problems.push(
    `${path}: fairlead.perAttemptTimeout (${fairlead.perAttemptTimeout}) is longer than timeout (${timeout})`,
  );
}

function addName(
  value: unknown,
  path: string,
  config: MethodConfig,
  byPath: Map<string, MethodConfig>,
  reader: ConfigReader,
): void {
  const object = reader.object(value, path);
  if (object === undefined) return;
  reader.checkFields(object, path, NAME_FIELDS);
  const service = reader.string(object, 'service', path);
  const method = reader.string(object, 'method', path);
  if (service === undefined && method !== undefined) {
    reader.problems.push(`${path}: a method without its service`);
    return;
  }
  const key = service === undefined ? '' : `/${service}/${method ?? ''}`;
  if (byPath.has(key)) reader.problems.push(`${path}: ${key === '' ? 'the default' : key} is named more than once`);
  byPath.set(key, config);
}
