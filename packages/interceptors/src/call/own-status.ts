import { Metadata, type status, type StatusObject } from '@grpc/grpc-js';

/** A status that this process makes itself. Its metadata is empty, by which it is told from a server's. */
export function ownStatus(code: status, details: string): StatusObject {
  return { code, details, metadata: new Metadata() };
}
