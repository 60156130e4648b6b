import * as grpc from '@grpc/grpc-js';
import type { CredentialsSource } from '../../src/credentials/credentials-source.js';

/** Insecure credentials that are new ones whenever a history wants. */
export class RenewableCredentials extends grpc.ChannelCredentials implements CredentialsSource {
  readonly refreshIntervalMs = 10_000;
  readonly credentialsProblem = undefined;
  #present: grpc.ChannelCredentials | undefined;

  /** @param present there are some from the beginning. */
  constructor(present: boolean) {
    super();
    if (present) this.renew();
  }

  currentCredentials(): grpc.ChannelCredentials {
    if (this.#present === undefined) throw new Error('no credentials yet');
    return this.#present;
  }

  renew(): void {
    this.#present = grpc.credentials.createInsecure();
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: grpc.ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(): never {
    throw new Error('a pool uses the present credentials');
  }
}
