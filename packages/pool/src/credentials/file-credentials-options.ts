import { custom, durationMs, InvalidOptionError, optional, resolveOptions, text } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { CertificateFilePaths } from './certificates.js';

/** Options of {@link fileCredentials}. At least one of the files is needed. */
export interface FileCredentialsOptions {
  /**
   * Path of the certificates of the authorities to trust, in PEM. Default: those of grpc-js, which are Node's, or the
   * file in `GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`.
   */
  readonly rootCertsFile?: string;
  /** Path of the client's private key, in PEM and without a passphrase. Together with `certChainFile`. */
  readonly privateKeyFile?: string;
  /** Path of the client's certificate, with those that lead to the root after it, in PEM. With `privateKeyFile`. */
  readonly certChainFile?: string;
  /** What `createSsl` of grpc-js takes: `checkServerIdentity`, `rejectUnauthorized`. Default: Node's verification. */
  readonly verifyOptions?: grpc.VerifyOptions;
  /**
   * How often a pool that uses them looks whether the files have changed, in ms. Default 60 000, at least 1000;
   * `Infinity` to look only when a connection is made. A look is one `stat` per file.
   *
   * gRPC: `refresh_interval` of the `file_watcher` certificate provider (gRFC A29), 10 minutes there; the kubelet needs
   * about one minute to bring a new Secret into a volume.
   */
  readonly refreshIntervalMs?: number;
}

/** Checked and complete. */
export interface ResolvedFileCredentialsOptions extends CertificateFilePaths {
  readonly verifyOptions: grpc.VerifyOptions | undefined;
  readonly refreshIntervalMs: number;
}

const path = optional(text({ expected: 'a path' }));

const RULES = {
  rootCertsFile: path,
  privateKeyFile: path,
  certChainFile: path,
  verifyOptions: custom(checkVerifyOptions),
  refreshIntervalMs: durationMs({ default: 60_000, min: 1_000, allowInfinity: true }),
};

/** @throws InvalidOptionError */
export function resolveFileCredentialsOptions(options: FileCredentialsOptions): ResolvedFileCredentialsOptions {
  const resolved = resolveOptions(options, RULES);
  const { certChainFile, privateKeyFile, rootCertsFile } = resolved;
  if (privateKeyFile !== undefined && certChainFile === undefined) {
    throw new InvalidOptionError('certChainFile', certChainFile, 'a path, because privateKeyFile is given');
  }
  if (certChainFile !== undefined && privateKeyFile === undefined) {
    throw new InvalidOptionError('privateKeyFile', privateKeyFile, 'a path, because certChainFile is given');
  }
  if (rootCertsFile === undefined && certChainFile === undefined) {
    throw new InvalidOptionError(
      'options',
      options,
      'rootCertsFile, or privateKeyFile and certChainFile, or all three',
    );
  }
  return resolved;
}

function checkVerifyOptions(value: unknown, name: string): grpc.VerifyOptions | undefined {
  if (value === undefined) return undefined;
  const rules = {
    checkServerIdentity: optional(
      custom((check, at) => {
        if (typeof check === 'function') return check as NonNullable<grpc.VerifyOptions['checkServerIdentity']>;
        throw new InvalidOptionError(at, check, 'a function');
      }),
    ),
    rejectUnauthorized: optional(
      custom((flag, at) => {
        if (typeof flag === 'boolean') return flag;
        throw new InvalidOptionError(at, flag, 'true or false');
      }),
    ),
  };
  const { checkServerIdentity, rejectUnauthorized } = resolveOptions(value, rules, name);
  return {
    ...(checkServerIdentity && { checkServerIdentity }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}
