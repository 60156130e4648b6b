import type * as grpc from '@grpc/grpc-js';
import { Channel } from './channel.js';
import type { ChannelOptions } from './options.js';

/**
 * Makes a channel that balances over all pods of a target and survives their coming and going: a pool with the policies
 * of a service config over it. It does nothing until the first call.
 *
 * Give it to any generated client as `channelOverride`, or give this function itself as `channelFactoryOverride`. A client
 * closes the channel that it was given: for several clients on one channel, hand out `channel.handle()`.
 *
 * @param target `kubernetes:///greeter.prod:grpc` (needs a Role), `dns:///greeter.prod:50051` (a headless Service),
 * `dns://10.0.0.10/…`, `ipv4:10.0.0.1:50051,…`, `ipv6:…`, `unix:…`, `unix-abstract:…`, `file:///pods.yaml`, `passthrough:///host:port`.
 * Without a scheme: `dns`.
 * @param credentials of grpc-js, shared by all connections. A pod reached by its IP is verified against the target's name.
 * @throws InvalidTargetError, InvalidOptionError, InvalidServiceConfigError: whatever is wrong is said here, never later.
 *
 * @example
 * const channel = createChannel('dns:///greeter.prod:50051', credentials.createInsecure());
 * const client = new GreeterClient(channel.getTarget(), credentials.createInsecure(), { channelOverride: channel });
 */
export function createChannel(
  target: string,
  credentials: grpc.ChannelCredentials,
  options: ChannelOptions = {},
): Channel {
  return new Channel(target, credentials, options);
}
