import type { InterceptorOptions } from '../grpc-types.js';

/** Bytes that a message takes, serialized: in the replay buffer, and against a limit. */
export function messageSize(message: unknown, options: InterceptorOptions): number {
  if (message instanceof Uint8Array) return message.byteLength;
  try {
    // In a client's own `interceptors` the message is not serialized yet; its size has to be found out.
    return options.method_definition.requestSerialize(message).byteLength;
  } catch {
    // The call underneath fails in the same way, and ends with the status that grpc-js has for it.
    return 0;
  }
}
