/** An EndpointSlice has at most 1.5 MB in etcd; client-go reads frames of up to 16 MiB. */
const LONGEST_LINE = 2 ** 24;

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines, wherever the network has cut it: a chunk may end within a line and within a character.
 * What follows the last newline is no line: a stream that breaks off has not said it.
 */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /** @returns the lines that end in this chunk, without those that are empty. @throws RangeError for one over 16 MiB. */
  push(chunk: Uint8Array): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const line = Buffer.concat(this.#rest, this.#restLength).toString('utf8');
      this.#rest = [];
      this.#restLength = 0;
      if (line.trim() !== '') lines.push(line);
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#restLength += bytes.length;
    if (this.#restLength > LONGEST_LINE) throw new RangeError(`a line of more than ${LONGEST_LINE} bytes`);
    this.#rest.push(bytes);
  }
}
