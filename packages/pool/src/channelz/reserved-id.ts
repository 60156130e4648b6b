import * as grpc from '@grpc/grpc-js';

/**
 * An id that no channel of this process has or will have. grpc-js numbers channels as they are made, and exports nothing to
 * take a number or to register with; so a channel that is never shown, never connects and is closed at once gives its own.
 */
export function reserveChannelId(): number {
  const channel = new grpc.Channel('ipv4:127.0.0.1:1', grpc.credentials.createInsecure(), {
    'grpc.enable_channelz': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
  const { id } = channel.getChannelzRef();
  channel.close();
  return id;
}
