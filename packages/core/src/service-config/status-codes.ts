import { STATUS_CODES } from '../status/status-code.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

const BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(STATUS_CODES));
const NUMBERS: ReadonlySet<number> = new Set(BY_NAME.values());

/**
 * Reads a list of at least one status: names in any case, or numbers (gRFC A6). Problems are noted in the reader.
 * @param excluded statuses that make no sense in this list.
 */
export function readStatusCodes(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
  excluded: ReadonlySet<number>,
): ReadonlySet<number> | undefined {
  const where = childPath(path, field);
  const value = fieldOf(object, field);
  if (!Array.isArray(value) || value.length === 0) {
    return reader.refuse(where, value, 'a list of at least one status code');
  }
  const codes = new Set<number>();
  for (const [index, item] of (value as unknown[]).entries()) {
    const code = typeof item === 'string' ? BY_NAME.get(item.toUpperCase()) : item;
    if (typeof code === 'number' && NUMBERS.has(code) && !excluded.has(code)) codes.add(code);
    else reader.refuse(`${where}[${index}]`, item, `a gRPC status code other than ${namesOf(excluded)}`);
  }
  return codes;
}

function namesOf(codes: ReadonlySet<number>): string {
  return [...BY_NAME].flatMap(([name, code]) => (codes.has(code) ? [name] : [])).join(' and ');
}
