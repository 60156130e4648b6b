const LONGEST = 80;

/** A value as error messages show it: on one line, cut at 80 characters, never throwing whatever the value is. */
export function formatValue(value: unknown): string {
  const text = describe(value).replaceAll(/\s+/g, ' ');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'function':
      return 'a function';
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  try {
    return JSON.stringify(value) ?? 'an object';
  } catch {
    // Cycles, BigInts inside, getters that throw.
    return Array.isArray(value) ? 'an array' : 'an object';
  }
}
