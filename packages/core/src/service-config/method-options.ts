import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { BulkheadGroups } from './bulkhead-config.js';
import { readMethodSettings } from './method-config.js';
import type { MethodConfig } from './method-config.js';
import { OptionReader } from './option-reader.js';

/** What the options say of one method, of a service, or of everything. */
export interface MethodOption {
  /** Where it stands, for messages: `methods['a.B']`. */
  readonly path: string;
  readonly config: MethodConfig;
}

/** By the keys of a service config's table: `/service/method`, `/service/`, and the empty string. */
export type MethodOptions = ReadonlyMap<string, MethodOption>;

const KEY = /^[^\s/]+(\/[^\s/]+)?$/;

/**
 * Reads settings of methods that are written as options, `{ 'package.Service/Method': …, 'package.Service': …, '*': … }`,
 * with the readers of the service config.
 *
 * @param name of the option, for messages.
 * @throws InvalidOptionError for the first thing that is wrong.
 */
export function readMethodOptions(value: unknown, name: string): MethodOptions {
  const options = new Map<string, MethodOption>();
  if (value === undefined) return options;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(name, value, 'an object with methods, services or * as keys');
  }
  const groups = new BulkheadGroups();
  for (const [key, settings] of Object.entries(value) as [string, unknown][]) {
    const path = `${name}['${key}']`;
    options.set(tableKey(key, settings, path), { path, config: readOne(settings, path, groups) });
  }
  return options;
}

function tableKey(key: string, settings: unknown, path: string): string {
  if (key === '*') return '';
  if (!KEY.test(key)) {
    throw new InvalidOptionError(path, settings, "a key '*', 'package.Service' or 'package.Service/Method'");
  }
  return key.includes('/') ? `/${key}` : `/${key}/`;
}

function readOne(settings: unknown, path: string, groups: BulkheadGroups): MethodConfig {
  const reader = new OptionReader();
  const object = reader.object(settings, path) ?? {};
  const config = readMethodSettings(object, path, reader);
  groups.check(config.bulkhead, `${path}.bulkhead`, reader);
  reader.finish(path, settings);
  return config;
}
