/** A variable of the environment that must be there. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

/** A number that must be there. */
export function numberSetting(name: string): number {
  const value = Number(setting(name));
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${name}: ${setting(name)} (expected: a number, at least 0)`);
}
