/**
 * What an option accepts, as a value: rules are listed in one object per set of options and applied by
 * `resolveOptions`.
 */
export interface OptionRule<T> {
  /**
   * Answers the value to use, which is the default when `value` is undefined and the rule has one.
   * @param name the option with the path to it, for the message.
   * @throws InvalidOptionError
   */
  check(value: unknown, name: string): T;
}

/** The options that a set of rules makes: every key is there, defaults included, and nothing can be changed. */
export type ResolvedOptions<R extends Readonly<Record<string, OptionRule<unknown>>>> = {
  readonly [K in keyof R]: R[K] extends OptionRule<infer T> ? T : never;
};
