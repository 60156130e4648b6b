import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';

// Jest runs from the root of the workspace.
const read = (name: string): Buffer => readFileSync(join('packages', 'pool', 'test', 'certificates', name));

type Identity = 'greeter' | 'loopback' | 'client';

/** Credentials of a server with the certificate of `identity`; `mutual` asks the client for one, too. */
export function serverCredentials(identity: Identity, mutual = false): grpc.ServerCredentials {
  const pair = { private_key: read(`${identity}.key`), cert_chain: read(`${identity}.pem`) };
  return grpc.ServerCredentials.createSsl(read('ca.pem'), [pair], mutual);
}

/** Credentials of a client that trusts the CA of the tests, with a certificate of its own if `mutual`. */
export function clientCredentials(mutual = false): grpc.ChannelCredentials {
  if (!mutual) return grpc.credentials.createSsl(read('ca.pem'));
  return grpc.credentials.createSsl(read('ca.pem'), read('client.key'), read('client.pem'));
}
