import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { UnusableCredentialsError } from './unusable-credentials-error.js';

/** Paths of the files, as given. A private key comes with a certificate chain, and the other way round. */
export interface CertificateFilePaths {
  readonly rootCertsFile: string | undefined;
  readonly privateKeyFile: string | undefined;
  readonly certChainFile: string | undefined;
}

/** What is in the files, in PEM. */
export interface Certificates {
  readonly rootCerts: Buffer | undefined;
  readonly privateKey: Buffer | undefined;
  readonly certChain: Buffer | undefined;
}

const BEGIN = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const BLOCK = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----.*?-----END \1?CERTIFICATE-----/gs;

/**
 * Node takes a CA file without a certificate in it for a CA that signed nothing, and half a chain for a shorter one. So
 * everything is parsed before it is used, and the key must be that of the first certificate.
 *
 * @throws UnusableCredentialsError
 */
export function checkCertificates(certificates: Certificates, paths: CertificateFilePaths): void {
  const { certChain, privateKey, rootCerts } = certificates;
  if (rootCerts && paths.rootCertsFile !== undefined) parseChain(rootCerts, paths.rootCertsFile);
  const { certChainFile, privateKeyFile } = paths;
  if (!certChain || !privateKey || certChainFile === undefined || privateKeyFile === undefined) return;
  const own = parseChain(certChain, certChainFile);
  if (own.checkPrivateKey(parseKey(privateKey, privateKeyFile))) return;
  throw new UnusableCredentialsError(certChainFile, `its certificate does not belong to the key in ${privateKeyFile}`);
}

/** @returns the first certificate. */
function parseChain(pem: Buffer, file: string): X509Certificate {
  const text = pem.toString('latin1');
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length !== (text.match(BEGIN) ?? []).length) {
    throw new UnusableCredentialsError(file, 'a certificate in it has no end');
  }
  const [first] = blocks.map((block) =>
    parse(() => new X509Certificate(block), file, 'a certificate in it is damaged'),
  );
  if (first === undefined) throw new UnusableCredentialsError(file, 'there is no certificate in PEM in it');
  return first;
}

function parseKey(pem: Buffer, file: string): KeyObject {
  return parse(() => createPrivateKey(pem), file, 'there is no private key in PEM in it that can be read');
}

function parse<T>(read: () => T, file: string, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new UnusableCredentialsError(file, `${what} (${(error as Error).message})`, { cause: error });
  }
}
