import * as grpc from '@grpc/grpc-js';
import { CertificateFiles } from './certificate-files.js';
import type { CredentialsSource } from './credentials-source.js';
import { resolveFileCredentialsOptions, type FileCredentialsOptions } from './file-credentials-options.js';
import type { UnusableCredentialsError } from './unusable-credentials-error.js';

type ConnectorArguments = Parameters<grpc.ChannelCredentials['_createSecureConnector']>;
type Connector = ReturnType<grpc.ChannelCredentials['_createSecureConnector']>;

/** TLS credentials out of files that are renewed while the process runs. Made by {@link fileCredentials}. */
export class FileCredentials extends grpc.ChannelCredentials implements CredentialsSource {
  readonly refreshIntervalMs: number;
  readonly #files: CertificateFiles;
  readonly #callCredentials: grpc.CallCredentials | undefined;
  /** The last ones together with the call credentials: a source answers the same object while nothing has changed. */
  #composed: { readonly from: grpc.ChannelCredentials; readonly credentials: grpc.ChannelCredentials } | undefined;

  constructor(files: CertificateFiles, refreshIntervalMs: number, callCredentials?: grpc.CallCredentials) {
    super();
    this.#files = files;
    this.refreshIntervalMs = refreshIntervalMs;
    this.#callCredentials = callCredentials;
  }

  /** Why the newest files are not in use, as of the last look, while the last good ones are. */
  get credentialsProblem(): UnusableCredentialsError | undefined {
    return this.#files.problem;
  }

  /**
   * Reads the files now, for those who want to know at start-up that they are good.
   *
   * @throws UnusableCredentialsError that names the file and the reason.
   */
  load(): this {
    this.#files.latest();
    if (this.#files.problem !== undefined) throw this.#files.problem;
    return this;
  }

  currentCredentials(): grpc.ChannelCredentials {
    const from = this.#files.latest();
    if (this.#callCredentials === undefined) return from;
    if (this.#composed?.from !== from) {
      this.#composed = { from, credentials: from.compose(this.#callCredentials) };
    }
    return this.#composed.credentials;
  }

  /** `combineChannelCredentials` ends here: the result is renewed, too. */
  override compose(callCredentials: grpc.CallCredentials): FileCredentials {
    const composed = this.#callCredentials?.compose(callCredentials) ?? callCredentials;
    return new FileCredentials(this.#files, this.refreshIntervalMs, composed);
  }

  // What a channel of grpc-js wants from its credentials. A pool does not come here: it asks for the current ones.

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    if (this === other) return true;
    if (!(other instanceof FileCredentials) || other.#files !== this.#files) return false;
    const [mine, theirs] = [this.#callCredentials, other.#callCredentials];
    return mine && theirs ? mine._equals(theirs) : mine === theirs;
  }

  /** A connector lives as long as its subchannel and makes all of its connections: each with the files of its time. */
  override _createSecureConnector(...[target, options, callCredentials]: ConnectorArguments): Connector {
    const empty = grpc.credentials.createEmpty();
    const combined = (this.#callCredentials ?? empty).compose(callCredentials ?? empty);
    const current = (): Connector => this.#files.latest()._createSecureConnector(target, options, combined);
    return {
      connect: async (socket) => current().connect(socket),
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => combined,
      destroy: () => undefined,
    };
  }
}

/**
 * TLS credentials whose certificates and key are read from files, and read again when these have changed: for certificates
 * that are renewed while the process runs (cert-manager, Vault, a mounted Secret or ConfigMap).
 *
 * Use it wherever grpc-js takes channel credentials. New connections are made with the newest files, those of a plain
 * grpc-js channel included. A pool does more: it looks at the files every `refreshIntervalMs`, and brings the connections
 * that it has over to the new ones, as it does for old connections (`maxConnectionAgeMs`, which may be left out).
 *
 * Nothing is read here, but when the first connection is made, or by {@link FileCredentials.load}. Files that cannot be
 * used never replace good ones: these stay in use, and the pool raises the warning `credentials-stale`, which names the
 * file and the reason. Where there never were good ones, connections fail with that text.
 *
 * @throws InvalidOptionError
 *
 * @example
 * const tls = '/var/run/secrets/greeter-tls';
 * const credentials = fileCredentials({
 *   rootCertsFile: `${tls}/ca.crt`,
 *   privateKeyFile: `${tls}/tls.key`,
 *   certChainFile: `${tls}/tls.crt`,
 * });
 * const pool = new Pool('dns:///greeter.prod:50051', credentials);
 */
export function fileCredentials(options: FileCredentialsOptions): FileCredentials {
  const { refreshIntervalMs, verifyOptions, ...paths } = resolveFileCredentialsOptions(options);
  return new FileCredentials(new CertificateFiles(paths, verifyOptions), refreshIntervalMs);
}
