import type * as grpc from '@grpc/grpc-js';
import { formatAddress, type Endpoint } from '@fairlead/core';
import { connectsByItself } from './connects-by-itself.js';
import { WakefulChannel } from './wakeful-channel.js';

/** Longest idle timeout that a Node timer can hold: the pool, not grpc-js, decides when a member is idle. */
const NEVER_IDLE_MS = 2 ** 31 - 1;

/**
 * Arguments that every member channel gets, each with the reason that forbids the user to set it otherwise.
 *
 * They are not a matter of taste: each of them, left to grpc-js, breaks a promise of the pool.
 */
export const OWNED_ARGUMENTS: Readonly<Record<string, { readonly value: number; readonly why: string }>> = {
  'grpc.use_local_subchannel_pool': { value: 1, why: 'a member has a connection of its own' },
  'grpc.enable_retries': { value: 0, why: 'retries of grpc-js go back to the same pod, outside of trail and budget' },
  'grpc.service_config_disable_resolution': { value: 1, why: 'the pool resolves, a member does not' },
  'grpc.enable_http_proxy': { value: 0, why: 'a proxy variable must not capture the traffic to pods' },
};

/** What is the same for all members of a pool. */
export interface MemberChannelOptions {
  readonly credentials: grpc.ChannelCredentials;
  /** The user's own `grpc.*` arguments. */
  readonly channelArguments: grpc.ChannelOptions;
  /** `:authority` of every call. */
  readonly authority: string;
  /** The name that a pod's certificate must carry, or undefined to verify each pod against its own address. */
  readonly tlsName: string | undefined;
}

/** How the channel of one connection is made. */
export type MemberChannelFactory = (endpoint: Endpoint, options: MemberChannelOptions) => grpc.ChannelInterface;

/**
 * Key under which the tests of this package give a pool other channels. Not exported from the package, and not a string,
 * so it is no option.
 */
export const CHANNEL_FACTORY: unique symbol = Symbol('fairlead.member-channel-factory');

/** Makes the grpc channel of one connection. It does nothing until it is told to connect. */
export function createMemberChannel(endpoint: Endpoint, options: MemberChannelOptions): grpc.ChannelInterface {
  if (connectsByItself(endpoint)) return createWholeChannel(channelTarget(endpoint), options);
  const args: grpc.ChannelOptions = { 'grpc.default_authority': options.authority, 'grpc.enable_channelz': 0 };
  if (options.tlsName !== undefined) args['grpc.ssl_target_name_override'] = options.tlsName;
  Object.assign(args, options.channelArguments);
  for (const [name, { value }] of Object.entries(OWNED_ARGUMENTS)) args[name] = value;
  // The member backs off, its channel has one attempt: what grpc-js does after that must be over soon (connecting-socket.ts).
  args['grpc.initial_reconnect_backoff_ms'] = 1;
  args['grpc.max_reconnect_backoff_ms'] = 1;
  args['grpc.client_idle_timeout_ms'] = NEVER_IDLE_MS;
  return new WakefulChannel(channelTarget(endpoint), options.credentials, args);
}

/**
 * A channel that finds, balances and retries by itself: it gets the user's arguments and hardly any of ours, which would
 * hide its routes (the authority chooses among them), forbid the retries that a control plane wants, and void its backoff.
 */
function createWholeChannel(target: string, options: MemberChannelOptions): grpc.ChannelInterface {
  const args: grpc.ChannelOptions = { 'grpc.enable_channelz': 0, ...options.channelArguments };
  // Nobody else's connections, and none that stay behind when it is closed.
  args['grpc.use_local_subchannel_pool'] = 1;
  // grpc-js would put the proxy in the place of the target, and never ask the control plane.
  args['grpc.enable_http_proxy'] = 0;
  return new WakefulChannel(target, options.credentials, args);
}

/**
 * `ipv4:10.0.0.1:50051`, `ipv6:[fd00::1]:50051`, `unix:/run/x.sock`: targets that grpc-js takes without resolving. It knows no
 * `unix-abstract:`, and hands a path that begins with a NUL to Node.js as it is.
 */
function channelTarget(endpoint: Endpoint): string {
  const [address] = endpoint.addresses;
  if (address.kind === 'unix') return `unix:${address.path}`;
  if (address.kind === 'target') return address.target;
  return `${address.host.includes(':') ? 'ipv6' : 'ipv4'}:${formatAddress(address)}`;
}
