import { STATUS_CODES } from '../status/status-code.js';
import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';

const BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(STATUS_CODES));
const FAILURES: ReadonlySet<number> = new Set([...BY_NAME.values()].filter((code) => code !== STATUS_CODES.OK));

/** Reads a list of status codes, at least one. Problems are noted in the reader. */
export function readStatusCodes(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
): ReadonlySet<number> | undefined {
  const where = childPath(path, field);
  const value = fieldOf(object, field);
  if (!Array.isArray(value) || value.length === 0) {
    return reader.refuse(where, value, 'a list of at least one status code');
  }
  return codesOf(value as unknown[], where, reader);
}

/** The same for a list that may be absent or empty. */
export function readOptionalStatusCodes(
  object: Json,
  field: string,
  path: string,
  reader: ConfigReader,
): ReadonlySet<number> {
  return codesOf(reader.list(object, field, path), childPath(path, field), reader);
}

function codesOf(items: readonly unknown[], path: string, reader: ConfigReader): ReadonlySet<number> {
  const codes = new Set<number>();
  for (const [index, item] of items.entries()) {
    const code = statusCodeOf(item);
    if (code === undefined) reader.refuse(`${path}[${index}]`, item, 'a gRPC status code other than OK');
    else codes.add(code);
  }
  return codes;
}

/** Names in any case, or numbers (gRFC A6). Repeating what succeeded is never meant, so OK is refused, as in Java. */
function statusCodeOf(item: unknown): number | undefined {
  const code = typeof item === 'string' ? BY_NAME.get(item.toUpperCase()) : item;
  return typeof code === 'number' && FAILURES.has(code) ? code : undefined;
}
