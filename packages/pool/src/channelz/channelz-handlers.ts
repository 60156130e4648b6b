import * as grpc from '@grpc/grpc-js';
import { channelzPools } from './channelz-pool.js';
import type { ChannelMessage, ChannelzHandlers } from './channelz-types.js';

/** As grpc-js: how many channels are told of when nobody says. */
const DEFAULT_MAX_RESULTS = 100;
const ALL = String(2 ** 31 - 1);

/**
 * The handlers of grpc-js's channelz service, with the pools in it that were made with `channelz: true`: a pool is one top
 * channel, with the sum of its calls, and the channels of its members are its children and not on top.
 *
 * The handlers of grpc-js itself (`addAdminServicesToServer`) know no pools: there each member is a top channel of its own,
 * under its address.
 *
 * @example
 * server.addService(grpc.getChannelzServiceDefinition(), channelzHandlers());
 */
export function channelzHandlers(): ChannelzHandlers {
  const theirs = grpc.getChannelzHandlers();
  const { GetChannel, GetTopChannels } = theirs;
  return {
    ...theirs,
    GetChannel: (call, callback) => {
      const pool = channelzPools().find(({ id }) => id === Number(call.request.channel_id));
      if (pool) callback(null, { channel: pool.message() });
      else GetChannel(call, callback);
    },
    GetTopChannels: (call, callback) => {
      const { start_channel_id: start, max_results: max } = call.request;
      GetTopChannels(withRequest(call, { start_channel_id: start, max_results: ALL }), (error, response) => {
        if (error) return callback(error);
        const top = topChannels(response?.channel ?? [], Number(start) || 0);
        const limit = Number(max) || DEFAULT_MAX_RESULTS;
        callback(null, { channel: top.slice(0, limit), end: top.length <= limit });
      });
    },
  };
}

function topChannels(channels: readonly ChannelMessage[], start: number): readonly ChannelMessage[] {
  const pools = channelzPools();
  const children = new Set(pools.flatMap((pool) => pool.children.map((ref) => Number(ref.channel_id))));
  const shown = pools.filter(({ id }) => id >= start).map((pool) => pool.message());
  return [...channels.filter((channel) => !children.has(idOf(channel))), ...shown].sort((a, b) => idOf(a) - idOf(b));
}

function idOf({ ref }: ChannelMessage): number {
  return Number(ref?.channel_id);
}

/** The caller's call with another request. */
function withRequest<Call extends { readonly request: object }>(call: Call, request: Partial<Call['request']>): Call {
  return Object.create(call, { request: { value: { ...call.request, ...request } } }) as Call;
}
