import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The options, or undefined when the usage was asked for or something is wrong, which has been said then. */
export function readOptions<T>(parse: () => T | 'help', usage: string): T | undefined {
  try {
    const options = parse();
    if (options !== 'help') return options;
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new Error(`${option}: ${value} (expected: one of ${allowed.join(', ')})`);
}

/** Checked before the run: minutes of load whose results cannot be written are lost. */
export function file<T extends string | undefined>(option: string, path: T): T {
  if (path === undefined || statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new Error(`${option}: ${path} (expected: a file in a folder that exists; there is no folder ${dirname(path)})`);
}

export function whole(option: string, value: string, min: number, max: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(`${option}: ${value} (expected: a whole number, ${min} to ${max})`);
}
