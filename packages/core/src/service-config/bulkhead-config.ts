import type { ConfigReader } from './config-reader.js';

/** How many calls of a method, or of a group of methods, may be under way at once. */
export interface BulkheadConfig {
  /** Calls under way at once, streams until their end. At least 1; required. */
  readonly maxConcurrent: number;
  /** Calls that may wait for one of these to end; more are refused. At least 0. Default 0. */
  readonly maxQueue: number;
  /** Methods of the same group share one bulkhead. Default: each method has its own. */
  readonly group?: string;
  /** Who goes first of those that wait: the higher number, then the earlier call. Needs `group`. Default 0. */
  readonly priority: number;
}

const FIELDS = { supported: ['maxConcurrent', 'maxQueue', 'group', 'priority'] };

/** Reads a `bulkhead` object. Problems are noted in the reader. */
export function readBulkhead(value: unknown, path: string, reader: ConfigReader): BulkheadConfig | undefined {
  const object = reader.object(value, path);
  if (object === undefined) return undefined;
  reader.checkFields(object, path, FIELDS);
  const maxConcurrent = reader.number(object, 'maxConcurrent', path, isCount(1), 'an integer, at least 1', true);
  const maxQueue = reader.number(object, 'maxQueue', path, isCount(0), 'an integer, at least 0') ?? 0;
  const group = reader.string(object, 'group', path);
  const priority = reader.number(object, 'priority', path, Number.isSafeInteger, 'an integer');
  if (priority !== undefined && group === undefined) {
    reader.problems.push(`${path}: priority without group: a method's own bulkhead has nobody to go before`);
  }
  if (priority !== undefined && maxQueue === 0) {
    reader.problems.push(`${path}: priority with maxQueue 0: nobody waits`);
  }
  if (maxConcurrent === undefined) return undefined;
  return Object.freeze({ maxConcurrent, maxQueue, priority: priority ?? 0, ...(group !== undefined && { group }) });
}

/** Methods that share a bulkhead must agree on it. Problems are noted in the reader. */
export class BulkheadGroups {
  readonly #known = new Map<string, { readonly path: string; readonly config: BulkheadConfig }>();

  check(config: BulkheadConfig | undefined, path: string, reader: ConfigReader): void {
    if (config?.group === undefined) return;
    const known = this.#known.get(config.group);
    if (known === undefined) {
      this.#known.set(config.group, { path, config });
      return;
    }
    for (const field of ['maxConcurrent', 'maxQueue'] as const) {
      if (known.config[field] === config[field]) continue;
      const values = `${config[field]} here, ${known.config[field]} in ${known.path}.${field}`;
      reader.problems.push(`${path}.${field}: group "${config.group}" has one bulkhead, but ${values}`);
    }
  }
}

function isCount(min: number): (value: number) => boolean {
  return (value) => Number.isSafeInteger(value) && value >= min;
}
