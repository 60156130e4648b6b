import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEWLINE = 0x0a;
const PIECE_BYTES = 65_536;

interface LedgerFile {
  readonly pod: string;
  readonly descriptor: number;
  read: number;
  /** Bytes after the last line break. */
  rest: Buffer;
}

/**
 * How often each request was executed, and by which pods.
 *
 * Each pod writes the ids of its requests to a file of its own, synchronously and before it answers; what a killed
 * process wrote is still in the file, and messages to this process, which can get lost in a buffer of a killed one, are
 * not involved. The files are read when someone asks: an id is there as soon as its answer has been seen.
 */
export class Ledger {
  /** For the cluster: where the files are. */
  readonly directory: string;
  readonly #files: LedgerFile[] = [];
  readonly #executions = new Map<string, string[]>();
  #closed = false;

  /** Makes a directory for the files in the system's directory for temporary files. */
  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'fairlead-ledger-'));
  }

  /** How often a request was executed. */
  executions(id: string): number {
    return this.pods(id).length;
  }

  /** Names of the pods that executed a request, one per execution; of one pod in order, of several by their age. */
  pods(id: string): readonly string[] {
    this.#readAll();
    return this.#executions.get(id) ?? [];
  }

  /** Ids of the requests that were executed more than once. */
  executedTwice(): readonly string[] {
    this.#readAll();
    return [...this.#executions].filter(([, pods]) => pods.length > 1).map(([id]) => id);
  }

  /** Number of different requests that were executed. */
  get size(): number {
    this.#readAll();
    return this.#executions.size;
  }

  /** Executions by pod. Pods without any are not listed. */
  perPod(): ReadonlyMap<string, number> {
    this.#readAll();
    const counts = new Map<string, number>();
    for (const pod of [...this.#executions.values()].flat()) counts.set(pod, (counts.get(pod) ?? 0) + 1);
    return counts;
  }

  /** For the cluster: makes the file of a pod. */
  open(pod: string): string {
    const path = join(this.directory, `${pod}.ids`);
    this.#files.push({ pod, descriptor: openSync(path, 'a+'), read: 0, rest: Buffer.alloc(0) });
    return path;
  }

  /** Reads the rest and removes the files. What was read can still be asked for. */
  close(): void {
    if (this.#closed) return;
    this.#readAll();
    this.#closed = true;
    for (const { descriptor } of this.#files) closeSync(descriptor);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #readAll(): void {
    if (this.#closed) return;
    for (const file of this.#files) this.#readNews(file);
  }

  #readNews(file: LedgerFile): void {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const bytes = readSync(file.descriptor, piece, 0, PIECE_BYTES, file.read);
      if (bytes === 0) return;
      file.read += bytes;
      const text = Buffer.concat([file.rest, piece.subarray(0, bytes)]);
      const end = text.lastIndexOf(NEWLINE) + 1;
      file.rest = text.subarray(end);
      for (const id of text.toString('utf8', 0, end).split('\n')) if (id !== '') this.#add(id, file.pod);
    }
  }

  #add(id: string, pod: string): void {
    const pods = this.#executions.get(id);
    if (pods === undefined) this.#executions.set(id, [pod]);
    else pods.push(pod);
  }
}
