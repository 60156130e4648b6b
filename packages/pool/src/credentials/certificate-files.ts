import { readFileSync, statSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import { checkCertificates, type CertificateFilePaths, type Certificates } from './certificates.js';
import { UnusableCredentialsError } from './unusable-credentials-error.js';

/** How often files are read again that change while they are read. */
const READS = 3;

/**
 * The credentials that are in the files, or were in them the last time that they could be used.
 *
 * A look costs one `stat` per file, and nothing more while none has changed. Files are followed through symlinks, so the
 * swap of `..data` with which the kubelet updates a volume is seen as one change. It may come between the reads of two
 * files: what was read counts only when the files are still the same afterwards. Files that a program writes in place,
 * one after the other, do not match for a moment; the last good ones stay until they do.
 *
 * The reads are synchronous: a connection is made in one go, and three small files in memory (a Secret is a tmpfs) take
 * less than a turn of the event loop with TLS in it.
 */
export class CertificateFiles {
  readonly #paths: CertificateFilePaths;
  readonly #verifyOptions: grpc.VerifyOptions | undefined;
  readonly #readFile: (file: string) => Buffer;
  #stamp: string | undefined;
  #contents: Certificates | undefined;
  #credentials: grpc.ChannelCredentials | undefined;
  #problem: UnusableCredentialsError | undefined;

  /** @param readFile for tests, in which something happens between two reads. */
  constructor(
    paths: CertificateFilePaths,
    verifyOptions: grpc.VerifyOptions | undefined,
    readFile: (file: string) => Buffer = readFileSync,
  ) {
    this.#paths = paths;
    this.#verifyOptions = verifyOptions;
    this.#readFile = readFile;
  }

  /** Why the newest files are not in use. */
  get problem(): UnusableCredentialsError | undefined {
    return this.#problem;
  }

  /** @throws UnusableCredentialsError when the files could never be used. */
  latest(): grpc.ChannelCredentials {
    const stamp = this.#stampNow();
    if (stamp !== this.#stamp) this.#read(stamp);
    if (this.#credentials !== undefined) return this.#credentials;
    throw this.#problem!;
  }

  #read(before: string): void {
    let stamp = before;
    try {
      for (let left = READS; left > 0; left -= 1) {
        const contents = this.#contentsNow();
        this.#stamp = this.#stampNow();
        if (this.#stamp === stamp) return this.#adopt(contents);
        stamp = this.#stamp;
      }
      // Whatever comes next must be read, also if it is the last state seen.
      this.#stamp = undefined;
      throw new UnusableCredentialsError(this.#files()[0]!, 'it, or a file beside it, changes while it is being read');
    } catch (error) {
      if (!(error instanceof UnusableCredentialsError)) throw error;
      this.#problem = error;
    }
  }

  #adopt(contents: Certificates): void {
    checkCertificates(contents, this.#paths);
    if (this.#contents === undefined || !equal(this.#contents, contents)) {
      this.#credentials = this.#create(contents);
      this.#contents = contents;
    }
    this.#problem = undefined;
  }

  #create({ certChain, privateKey, rootCerts }: Certificates): grpc.ChannelCredentials {
    try {
      return grpc.credentials.createSsl(rootCerts, privateKey, certChain, this.#verifyOptions);
    } catch (error) {
      const files = this.#files().join(', ');
      throw new UnusableCredentialsError(files, `TLS refuses them (${(error as Error).message})`, { cause: error });
    }
  }

  #contentsNow(): Certificates {
    const { certChainFile, privateKeyFile, rootCertsFile } = this.#paths;
    const rootCerts = this.#contentOf(rootCertsFile);
    const privateKey = this.#contentOf(privateKeyFile);
    return { rootCerts, privateKey, certChain: this.#contentOf(certChainFile) };
  }

  #contentOf(file: string | undefined): Buffer | undefined {
    if (file === undefined) return undefined;
    try {
      return this.#readFile(file);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UnusableCredentialsError(file, `it cannot be read (${code ?? message})`, { cause: error });
    }
  }

  /** Other than before when any of the files is another one, or has been written to. */
  #stampNow(): string {
    return this.#files().map(stampOf).join(' ');
  }

  #files(): string[] {
    const { certChainFile, privateKeyFile, rootCertsFile } = this.#paths;
    return [rootCertsFile, privateKeyFile, certChainFile].filter((file) => file !== undefined);
  }
}

function stampOf(file: string): string {
  try {
    const { ctimeNs, dev, ino, mtimeNs, size } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function equal(a: Certificates, b: Certificates): boolean {
  const same = (one?: Buffer, other?: Buffer): boolean => (one && other ? one.equals(other) : one === other);
  return same(a.rootCerts, b.rootCerts) && same(a.privateKey, b.privateKey) && same(a.certChain, b.certChain);
}
