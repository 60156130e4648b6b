import { InvalidOptionError } from '../errors/invalid-option-error.js';
import { nearestName } from '../options/nearest-name.js';
import { childPath, ConfigReader, fieldOf, type DurationRange, type Json, type KnownFields } from './config-reader.js';

/**
 * Reads the same settings where they are written as options: a duration `x: "1.5s"` is `xMs: 1500`, and an unknown field
 * is an error, as is null, which says nothing in JSON. Which fields are durations it learns from those who read them.
 */
export class OptionReader extends ConfigReader {
  protected override readonly aboveZero = 'a duration above 0 ms';
  readonly #errors: InvalidOptionError[] = [];
  readonly #checked: { readonly object: Json; readonly path: string; readonly fields: KnownFields }[] = [];
  readonly #durations = new Map<Json, Set<string>>();

  override refuse(path: string, value: unknown, expected: string): undefined {
    this.#errors.push(new InvalidOptionError(path, value, expected));
    return undefined;
  }

  /** Only noted: what is a duration is known when all is read. */
  override checkFields(object: Json, path: string, fields: KnownFields): void {
    this.#checked.push({ object, path, fields });
  }

  override durationMs(
    object: Json,
    field: string,
    path: string,
    limits: boolean | DurationRange = false,
  ): number | undefined {
    const name = this.durationName(field);
    this.#durations.set(object, (this.#durations.get(object) ?? new Set()).add(field));
    const value = fieldOf(object, name);
    if (value === undefined) return undefined;
    const { min, max } = typeof limits === 'object' ? limits : { min: 0, max: Number.MAX_VALUE };
    if (typeof value === 'number' && value >= min && value <= max && (value > 0 || limits !== true)) return value;
    return this.refuse(childPath(path, name), value, rangeOf(limits));
  }

  override durationName(field: string): string {
    return `${field}Ms`;
  }

  /**
   * To be called when all of an object was read.
   * @param path where the object stands, for contradictions between its fields.
   * @throws InvalidOptionError for the first thing that is wrong.
   */
  finish(path: string, value: unknown): void {
    for (const { object, path: at, fields } of this.#checked) this.#refuseUnknown(object, at, fields);
    const [error] = this.#errors;
    if (error !== undefined) throw error;
    const [problem] = this.problems;
    if (problem === undefined) return;
    const text = problem.startsWith(`${path}: `) ? problem.slice(path.length + 2) : problem;
    throw new InvalidOptionError(path, value, `no contradiction: ${text}`);
  }

  /** @throws InvalidOptionError */
  #refuseUnknown(object: Json, path: string, { supported }: KnownFields): void {
    const durations = this.#durations.get(object);
    const known = supported.map((field) => (durations?.has(field) ? this.durationName(field) : field));
    for (const field of Object.keys(object)) {
      if (object[field] === undefined) continue;
      if (known.includes(field) && object[field] !== null) continue;
      if (known.includes(field)) throw new InvalidOptionError(childPath(path, field), null, 'not null; leave it out');
      const nearest = nearestName(field, known) ?? known.find((name) => name === `${field}Ms`);
      const expected =
        nearest === undefined
          ? `unknown option; known are ${known.map((name) => `\`${name}\``).join(', ')}`
          : `unknown option (did you mean \`${nearest}\`?)`;
      throw new InvalidOptionError(childPath(path, field), object[field], expected);
    }
  }
}

function rangeOf(limits: boolean | DurationRange): string {
  if (typeof limits === 'object') return `a duration, ${limits.min} to ${limits.max} ms`;
  return limits ? 'a duration above 0 ms' : 'a duration, at least 0 ms';
}
