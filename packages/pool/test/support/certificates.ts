import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';

// Jest runs from the root of the workspace.
/** The path of one of `test/certificates/`. */
export const certificateFile = (name: string): string => join('packages', 'pool', 'test', 'certificates', name);
const read = (name: string): Buffer => readFileSync(certificateFile(name));

/** Names of a certificate and its key; those with `other` are of another authority, `other-ca`. */
export type Identity =
  'greeter' | 'expired' | 'loopback' | 'client' | 'client-renewed' | 'other-greeter' | 'other-client';

/** Credentials of a server with the certificate of `identity`; `mutual` asks the client for one, too. */
export function serverCredentials(identity: Identity, mutual = false, roots = 'ca'): grpc.ServerCredentials {
  const pair = { private_key: read(`${identity}.key`), cert_chain: read(`${identity}.pem`) };
  return grpc.ServerCredentials.createSsl(read(`${roots}.pem`), [pair], mutual);
}

/** Credentials of a client that trusts the CA of the tests, with a certificate of its own if `mutual`. */
export function clientCredentials(mutual: boolean | Identity = false): grpc.ChannelCredentials {
  if (mutual === false) return grpc.credentials.createSsl(read('ca.pem'));
  const identity = mutual === true ? 'client' : mutual;
  return grpc.credentials.createSsl(read('ca.pem'), read(`${identity}.key`), read(`${identity}.pem`));
}
