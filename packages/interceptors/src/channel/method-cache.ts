/** A client has a few dozen methods; one that makes paths up at run time must not fill the memory. */
const MAX_METHODS = 1_000;

/** What is worked out once for each method, by its path. */
export class MethodCache<T extends object> {
  readonly #values = new Map<string, T>();
  readonly #make: (path: string) => T;

  constructor(make: (path: string) => T) {
    this.#make = make;
  }

  get(path: string): T {
    const known = this.#values.get(path);
    if (known !== undefined) return known;
    const value = this.#make(path);
    if (this.#values.size < MAX_METHODS) this.#values.set(path, value);
    return value;
  }

  /** Works the values of these paths out anew, all of them or none. */
  renew(changed: (path: string) => boolean): void {
    const paths = [...this.#values.keys()].filter(changed);
    const values = paths.map(this.#make);
    paths.forEach((path, index) => this.#values.set(path, values[index]!));
  }
}
