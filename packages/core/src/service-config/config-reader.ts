import { FairleadError } from '../errors/fairlead-error.js';
import { formatValue } from '../errors/format-value.js';
import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { nearestName } from '../options/nearest-name.js';
import { parseDuration } from './duration.js';

/** A JSON object, as far as it is known. */
export type Json = Readonly<Record<string, unknown>>;

/** Which fields an object may have. */
export interface KnownFields {
  readonly supported: readonly string[];
  /** Standard fields that would change what happens, so that ignoring them would be wrong. */
  readonly notSupported?: readonly string[];
}

/** Limits of a duration in ms, both inclusive. */
export interface DurationRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads fields of a JSON document and collects what is wrong with them instead of stopping at the first: whoever writes
 * a config wants to see all of its mistakes at once. Every reading method answers undefined for a field that is absent,
 * null (which proto3 JSON takes as absent) or wrong.
 */
export class ConfigReader {
  readonly problems: string[] = [];
  readonly warnings: string[] = [];

  /** Notes `path: value (expected: …)`. */
  refuse(path: string, value: unknown, expected: string): undefined {
    this.problems.push(`${path}: ${formatValue(value)} (expected: ${expected})`);
    return undefined;
  }

  /** Runs a parser that throws, and notes what it throws. */
  attempt<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (error instanceof InvalidServiceConfigError) this.problems.push(...error.problems);
      else if (error instanceof FairleadError) this.problems.push(error.message);
      else throw error;
      return undefined;
    }
  }

  /** Warns of fields that nobody knows (gRFC A2 says to ignore them) and refuses those that are not built yet. */
  checkFields(object: Json, path: string, { supported, notSupported = [] }: KnownFields): void {
    for (const field of Object.keys(object)) {
      if (supported.includes(field) || isAbsent(object[field])) continue;
      if (notSupported.includes(field)) {
        this.problems.push(`${childPath(path, field)}: not supported by this version of Fairlead`);
      } else {
        this.warnings.push(unknownField(path, field, supported));
      }
    }
  }

  /** A list field; absent or wrong is an empty list. */
  list(object: Json, field: string, path: string): readonly unknown[] {
    const value = fieldOf(object, field);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value as readonly unknown[];
    this.refuse(childPath(path, field), value, 'a list');
    return [];
  }

  /** An element or field value that must be an object. */
  object(value: unknown, path: string): Json | undefined {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
    return this.refuse(path, value, 'an object');
  }

  /** A field that a function of its own reads, when it is there. */
  part<T>(
    object: Json,
    field: string,
    path: string,
    read: (value: unknown, path: string, reader: ConfigReader) => T | undefined,
  ): T | undefined {
    const value = fieldOf(object, field);
    return value === undefined ? undefined : read(value, childPath(path, field), this);
  }

  boolean(object: Json, field: string, path: string): boolean | undefined {
    const value = fieldOf(object, field);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.refuse(childPath(path, field), value, 'true or false');
  }

  /** A string field; empty counts as absent, as it does in proto3. */
  string(object: Json, field: string, path: string): string | undefined {
    const value = fieldOf(object, field);
    if (value === undefined || typeof value === 'string') return value === '' ? undefined : value;
    return this.refuse(childPath(path, field), value, 'a string');
  }

  /**
   * A number field.
   * @param expected what `isValid` checks, in words.
   */
  number(
    object: Json,
    field: string,
    path: string,
    isValid: (value: number) => boolean,
    expected: string,
    required = false,
  ): number | undefined {
    const value = fieldOf(object, field);
    if (value === undefined && !required) return undefined;
    if (typeof value === 'number' && isValid(value)) return value;
    return this.refuse(childPath(path, field), value, expected);
  }

  protected readonly aboveZero: string = 'a duration above 0s';

  /** How a duration field is called here. */
  durationName(field: string): string {
    return field;
  }

  /** A duration field in ms that must be there, above 0. */
  requiredDurationMs(object: Json, field: string, path: string): number | undefined {
    const ms = this.durationMs(object, field, path, true);
    const name = this.durationName(field);
    if (fieldOf(object, name) !== undefined) return ms;
    return this.refuse(childPath(path, name), undefined, this.aboveZero);
  }

  /** A duration field in ms, at least 0, above 0 when `limits` is true, or within a range. */
  durationMs(object: Json, field: string, path: string, limits: boolean | DurationRange = false): number | undefined {
    const value = fieldOf(object, field);
    if (value === undefined) return undefined;
    const where = childPath(path, field);
    return this.attempt(() => {
      const ms = parseDuration(value, where);
      if (typeof limits === 'object') {
        if (ms >= limits.min && ms <= limits.max) return ms;
        throw new InvalidOptionError(where, value, `a duration, ${limits.min / 1_000}s to ${limits.max / 1_000}s`);
      }
      if (ms > 0 || (ms === 0 && !limits)) return ms;
      throw new InvalidOptionError(where, value, limits ? 'a duration above 0s' : 'a duration that is not negative');
    });
  }
}

/** The warning of a field that nobody knows. */
export function unknownField(path: string, field: string, known: readonly string[]): string {
  const nearest = nearestName(field, known);
  return `${childPath(path, field)}: unknown field, ignored${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
}

/** The value of a field of the object itself, undefined for null. */
export function fieldOf(object: Json, field: string): unknown {
  const value = Object.hasOwn(object, field) ? object[field] : undefined;
  return value === null ? undefined : value;
}

/** `parent.child`, or the child alone at the top. */
export function childPath(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
