import * as grpc from '@grpc/grpc-js';
import { ConnectingSocket } from './connecting-socket.js';

/**
 * Follows a ready channel until its connection ends, and calls back then, once: at once when it has ended, and also when
 * the channel was closed.
 */
export function watchLoss(channel: grpc.ChannelInterface, onLost: () => void): void {
  if (channel.getConnectivityState(false) !== grpc.connectivityState.READY) return onLost();
  channel.watchConnectivityState(grpc.connectivityState.READY, Infinity, () => {
    ConnectingSocket.leave(() => watchLoss(channel, onLost));
  });
}
