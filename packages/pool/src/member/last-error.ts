import * as grpc from '@grpc/grpc-js';
import type { GrpcCall } from '../grpc-types.js';

/**
 * Why a channel in TRANSIENT_FAILURE could not connect.
 *
 * The public API tells the state and not the reason; the reason is only in the status of a call that fails because of
 * it. Such a call never leaves the process: the channel has no connection, and the caller closes it right after.
 *
 * @returns the call, so that the caller can cancel it.
 */
export function askLastError(channel: grpc.ChannelInterface, answer: (reason: string) => void): GrpcCall {
  const call = channel.createCall('/fairlead.Member/LastError', Infinity, null, null, null);
  call.start(new grpc.Metadata(), {
    onReceiveMetadata: () => undefined,
    onReceiveMessage: () => undefined,
    onReceiveStatus: (status) => answer(reasonIn(status.details)),
  });
  return call;
}

/** `No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:80. Resolution note: …` → `connect ECONNREFUSED 10.0.0.1:80`. */
export function reasonIn(details: string): string {
  const match = /Last error: (?:Error: )?(.*?)(?:\. Resolution note:.*)?$/s.exec(details);
  const reason = match?.[1]?.trim();
  return reason === undefined || reason === '' || reason === 'null' ? details : reason;
}
