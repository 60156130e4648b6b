import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Jest runs from the root of the workspace.
/** The path of one of the certificates and keys that the tests of the pool have. */
export const certificateFile = (name: string): string => join('packages', 'pool', 'test', 'certificates', name);

export const certificate = (name: string): string => readFileSync(certificateFile(name), 'utf8');

/** A server at 127.0.0.1, known to the CA `ca.pem`; `greeter` is known by the name `greeter.prod` only. */
export function serverTls(identity: 'loopback' | 'greeter' | 'other-greeter'): { key: string; cert: string } {
  return { key: certificate(`${identity}.key`), cert: certificate(`${identity}.pem`) };
}
