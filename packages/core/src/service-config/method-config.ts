import { fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { BulkheadGroups } from './bulkhead-config.js';
import {
  EXTENSION_FIELDS,
  readExtensionFields,
  readFairleadExtension,
  type FairleadExtension,
} from './fairlead-extension.js';
import { readMessageLimit, warnOfCaps, type MessageCaps } from './message-caps.js';
import type { MethodOptions } from './method-options.js';
import { readHedgingPolicy, type HedgingPolicy } from './hedging-policy.js';
import { readRetryPolicy, type RetryPolicy } from './retry-policy.js';

/** What a service config says of one method. A field that is absent says nothing. */
export interface MethodConfig extends FairleadExtension {
  /** The longest time for the whole call, in ms; the application's own deadline counts when it is earlier. */
  readonly timeoutMs?: number;
  /** Calls wait for a ready member instead of failing; counts only where the application did not say. */
  readonly waitForReady?: boolean;
  /** The largest message that a call may send, in bytes before compression; the channel's own limit counts when it is smaller. */
  readonly maxRequestMessageBytes?: number;
  /** The largest message that a call may receive, in bytes after decompression; the channel's own limit counts when it is smaller. */
  readonly maxResponseMessageBytes?: number;
  readonly retryPolicy?: RetryPolicy;
  /** Never beside a retry policy. */
  readonly hedgingPolicy?: HedgingPolicy;
}

/** The settings that gRPC has, too. */
const STANDARD_FIELDS = [
  'timeout',
  'waitForReady',
  'maxRequestMessageBytes',
  'maxResponseMessageBytes',
  'retryPolicy',
  'hedgingPolicy',
] as const;

const FIELDS = { supported: ['name', ...STANDARD_FIELDS, 'fairlead'] };

const NAME_FIELDS = { supported: ['service', 'method'] };

/** How the two ways to write settings call what they have in common. */
interface Wording {
  readonly retryPolicy: string;
  readonly hedgingPolicy: string;
  /** Stands before the names of our own fields. */
  readonly extension: string;
}

const IN_CONFIG: Wording = { retryPolicy: 'retryPolicy', hedgingPolicy: 'hedgingPolicy', extension: 'fairlead.' };
const IN_OPTIONS: Wording = { retryPolicy: 'retry', hedgingPolicy: 'hedging', extension: '' };

/** What else says something of methods. */
export interface OtherSettings {
  readonly options: MethodOptions;
  /** The options win where both name the same; otherwise that is a problem. */
  readonly optionsWin: boolean;
  /** What holds whatever an entry says. */
  readonly messageCaps: MessageCaps;
}

/**
 * Reads the `methodConfig` list into a table by path: `/service/method`, `/service/` for a whole service, and the
 * empty string for everything (gRFC A2; specified by service_config.proto). Problems are noted in the reader.
 */
export function readMethodConfigs(
  list: readonly unknown[],
  path: string,
  reader: ConfigReader,
  other: OtherSettings,
): ReadonlyMap<string, MethodConfig> {
  const byPath = new Map<string, MethodConfig>();
  const groups = new BulkheadGroups();
  for (const { path: at, config } of other.options.values()) groups.check(config.bulkhead, `${at}.bulkhead`, reader);
  list.forEach((value, index) => {
    const where = `${path}[${index}]`;
    const object = reader.object(value, where);
    if (object === undefined) return;
    const config = readMethodConfig(object, where, reader);
    warnOfCaps(object, where, other.messageCaps, reader);
    groups.check(config.bulkhead, `${where}.fairlead.bulkhead`, reader);
    const names = reader.list(object, 'name', where);
    if (names.length === 0) reader.warnings.push(`${where}: has no name, so it applies to no method`);
    names.forEach((name, at) => {
      const key = readName(name, `${where}.name[${at}]`, reader);
      if (key !== undefined) addEntry(key, `${where}.name[${at}]`, config, byPath, other, reader);
    });
  });
  for (const [key, { config }] of other.options) byPath.set(key, config);
  return byPath;
}

/** Reads an entry of a service config. */
function readMethodConfig(object: Json, path: string, reader: ConfigReader): MethodConfig {
  reader.checkFields(object, path, FIELDS);
  const extension = reader.part(object, 'fairlead', path, readFairleadExtension) ?? {};
  const ours = fieldOf(object, 'fairlead') as Json | undefined;
  return readStandardFields({ object, ours, path, extension, wording: IN_CONFIG }, reader);
}

/** Reads the same settings where they are written as options: ours stand beside the standard ones. */
export function readMethodSettings(object: Json, path: string, reader: ConfigReader): MethodConfig {
  const standard = STANDARD_FIELDS.map((field) => (field in IN_OPTIONS ? IN_OPTIONS[field as keyof Wording] : field));
  const supported = [...standard, ...EXTENSION_FIELDS];
  reader.checkFields(object, path, { supported });
  const extension = readExtensionFields(object, path, reader);
  return readStandardFields({ object, ours: object, path, extension, wording: IN_OPTIONS }, reader);
}

/** What the settings of one entry are read from. */
interface Entry {
  readonly object: Json;
  /** Has our own fields. */
  readonly ours: Json | undefined;
  readonly path: string;
  readonly extension: FairleadExtension;
  readonly wording: Wording;
}

function readStandardFields(entry: Entry, reader: ConfigReader): MethodConfig {
  const { object, path, extension, wording } = entry;
  const timeoutMs = reader.durationMs(object, 'timeout', path);
  const waitForReady = reader.boolean(object, 'waitForReady', path);
  const maxRequestMessageBytes = readMessageLimit(object, 'maxRequestMessageBytes', path, reader);
  const maxResponseMessageBytes = readMessageLimit(object, 'maxResponseMessageBytes', path, reader);
  checkTimeouts(entry, timeoutMs, reader);
  const retryPolicy = reader.part(object, wording.retryPolicy, path, readRetryPolicy);
  const hedgingPolicy = reader.part(object, wording.hedgingPolicy, path, readHedgingPolicy);
  checkHedging(entry, reader);
  return Object.freeze({
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(waitForReady !== undefined && { waitForReady }),
    ...(maxRequestMessageBytes !== undefined && { maxRequestMessageBytes }),
    ...(maxResponseMessageBytes !== undefined && { maxResponseMessageBytes }),
    ...(retryPolicy !== undefined && { retryPolicy }),
    ...(hedgingPolicy !== undefined && { hedgingPolicy }),
    ...extension,
  });
}

/** Which of two policies was meant, nobody can know; a delay or a quota without hedges would do nothing. */
function checkHedging({ object, path, extension, wording }: Entry, reader: ConfigReader): void {
  const { retryPolicy, hedgingPolicy } = wording;
  const hedging = fieldOf(object, hedgingPolicy) !== undefined;
  if (hedging && fieldOf(object, retryPolicy) !== undefined) {
    reader.problems.push(`${path}: ${retryPolicy} and ${hedgingPolicy} exclude each other`);
  }
  if (hedging) return;
  const idle = { hedgingDelay: extension.measuredDelay, hedgingRatio: extension.hedgingRatio };
  for (const [field, value] of Object.entries(idle)) {
    if (value !== undefined) reader.problems.push(`${path}: ${wording.extension}${field} without ${hedgingPolicy}`);
  }
}

/** An attempt that may take longer than its call is a mistake, most often of the unit or of the field. */
function checkTimeouts(entry: Entry, timeoutMs: number | undefined, reader: ConfigReader): void {
  const { object, ours, path, extension, wording } = entry;
  const { perAttemptTimeoutMs } = extension;
  if (timeoutMs === undefined || perAttemptTimeoutMs === undefined || perAttemptTimeoutMs <= timeoutMs) return;
  const named = (from: Json | undefined, field: string): string => {
    const name = reader.durationName(field);
    return `${name} (${String(from?.[name])})`;
  };
  const attempt = `${wording.extension}${named(ours, 'perAttemptTimeout')}`;
  reader.problems.push(`${path}: ${attempt} is longer than ${named(object, 'timeout')}`);
}

/** The key of the table. */
function readName(value: unknown, path: string, reader: ConfigReader): string | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, NAME_FIELDS);
  const service = reader.string(object, 'service', path);
  const method = reader.string(object, 'method', path);
  if (service === undefined && method !== undefined) {
    reader.problems.push(`${path}: a method without its service`);
    return undefined;
  }
  return service === undefined ? '' : `/${service}/${method ?? ''}`;
}

function addEntry(
  key: string,
  path: string,
  config: MethodConfig,
  byPath: Map<string, MethodConfig>,
  { options, optionsWin }: OtherSettings,
  reader: ConfigReader,
): void {
  const label = key === '' ? 'the default' : key;
  const option = options.get(key);
  if (byPath.has(key)) reader.problems.push(`${path}: ${label} is named more than once`);
  else if (option !== undefined && optionsWin)
    reader.warnings.push(`${path}: ${label} is set by ${option.path}, which wins`);
  else if (option !== undefined) reader.problems.push(`${path}: ${label} is set by ${option.path}, too`);
  byPath.set(key, config);
}
