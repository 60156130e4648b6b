import { STATUS_CODES } from '../status/status-code.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

const BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(STATUS_CODES));
const NUMBERS: ReadonlySet<number> = new Set(BY_NAME.values());
/** Repeating what succeeded is never meant, so OK is refused, as in Java. */
const ONLY_OK: ReadonlySet<number> = new Set([STATUS_CODES.OK]);

/**
 * Reads a list of status codes, at least one. Problems are noted in the reader.
 * @param excluded statuses that make no sense in this list.
 */
export function readStatusCodes(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
  excluded: ReadonlySet<number> = ONLY_OK,
): ReadonlySet<number> | undefined {
  const where = childPath(path, field);
  const value = fieldOf(object, field);
  if (!Array.isArray(value) || value.length === 0) {
    return reader.refuse(where, value, 'a list of at least one status code');
  }
  return codesOf(value as unknown[], where, reader, excluded);
}

/** The same for a list that may be absent or empty. */
export function readOptionalStatusCodes(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
): ReadonlySet<number> {
  return codesOf(reader.list(object, field, path), childPath(path, field), reader, ONLY_OK);
}

function codesOf(
  items: readonly unknown[],
  path: string,
  reader: ConfigReader,
  excluded: ReadonlySet<number>,
): ReadonlySet<number> {
  const codes = new Set<number>();
  for (const [index, item] of items.entries()) {
    const code = statusCodeOf(item);
    if (code === undefined || excluded.has(code)) {
      reader.refuse(`${path}[${index}]`, item, `a gRPC status code other than ${namesOf(excluded)}`);
    } else codes.add(code);
  }
  return codes;
}

function namesOf(codes: ReadonlySet<number>): string {
  return [...BY_NAME].flatMap(([name, code]) => (codes.has(code) ? [name] : [])).join(' and ');
}

/** Names in any case, or numbers (gRFC A6). */
function statusCodeOf(item: unknown): number | undefined {
  const code = typeof item === 'string' ? BY_NAME.get(item.toUpperCase()) : item;
  return typeof code === 'number' && NUMBERS.has(code) ? code : undefined;
}
