const BRAND: unique symbol = Symbol.for('fairlead.error') as never;

/** What a class of ours may have beside its constructor. */
interface CodedClass {
  readonly code?: string;
}

/**
 * Base of every error that Fairlead throws.
 *
 * `instanceof` works between two copies of the package (one bundled, one installed; ESM and CommonJS): an error is
 * recognised by a registered symbol, and its class by `code`. A subclass that wants the same declares its code as
 * `static readonly code`; one that does not is an ordinary class.
 *
 * Compare `code`, not `message`: codes are stable, texts are for people. All codes: `docs/reference/errors.md`.
 */
export class FairleadError extends Error {
  /** Stable, `FAIRLEAD_…`. */
  readonly code: string;

  /** @param options `cause` is kept as the error's `cause`. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  // An accessor of the prototype and not a field: the stack's first line is written before fields are.
  override get name(): string {
    return 'FairleadError';
  }

  get [BRAND](): true {
    return true;
  }

  static override [Symbol.hasInstance](
    this: CodedClass & (abstract new (...args: never) => unknown),
    value: unknown,
  ): boolean {
    if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
    if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
    if (this === FairleadError) return true;
    return Object.hasOwn(this, 'code') && (value as CodedClass).code === this.code;
  }
}
