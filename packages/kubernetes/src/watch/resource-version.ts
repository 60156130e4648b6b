/**
 * How far a reflector has come. The texts are opaque: they are passed back, and never compared or counted.
 * `''` asks for the newest state there is, `'0'` for any.
 */
export class ResourceVersion {
  #last = '';
  #lost = false;

  /** The version of the newest object, bookmark or list that was seen. */
  get last(): string {
    return this.#last;
  }

  advance(version: string): void {
    this.#last = version;
  }

  /** A list that was answered says where we are. */
  adopt(version: string): void {
    this.#last = version;
    this.#lost = false;
  }

  /** The server does not know this version any more, or not yet; or it is not to be trusted. */
  lose(): void {
    this.#lost = true;
  }

  /** For a list: at least as new as what was seen, so that nothing goes back in time; the first one may be of any age. */
  forList(): string {
    if (this.#lost) return '';
    return this.#last === '' ? '0' : this.#last;
  }

  /** For a list that is streamed. */
  forStream(): string {
    return this.#lost ? '' : this.#last;
  }
}
