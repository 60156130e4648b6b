import type { CallListener, PartialListener } from '../grpc-types.js';

/** A listener with all three methods, as a Channel's call wants it; the same object when it has them. */
export function fullListener(listener: PartialListener | undefined): CallListener {
  if (listener?.onReceiveMetadata && listener.onReceiveMessage && listener.onReceiveStatus) {
    return listener as CallListener;
  }
  return {
    onReceiveMetadata: (metadata) => listener?.onReceiveMetadata?.(metadata),
    onReceiveMessage: (message) => listener?.onReceiveMessage?.(message),
    onReceiveStatus: (status) => listener?.onReceiveStatus?.(status),
  };
}
