import type * as grpc from '@grpc/grpc-js';

/** The messages of grpc-js's channelz service, derived from its handlers: it exports no names for them. */
export type ChannelzHandlers = ReturnType<typeof grpc.getChannelzHandlers>;
export type GetTopChannelsResponse = ResponseOf<'GetTopChannels'>;
export type ChannelMessage = NonNullable<NonNullable<GetTopChannelsResponse['channel']>[number]>;
export type ChannelRef = NonNullable<NonNullable<ChannelMessage['channel_ref']>[number]>;
export type ChannelTrace = NonNullable<NonNullable<ChannelMessage['data']>['trace']>;
export type TraceEvent = NonNullable<NonNullable<ChannelTrace['events']>[number]>;
export type Timestamp = NonNullable<TraceEvent['timestamp']>;

type ResponseOf<Method extends keyof ChannelzHandlers> =
  ChannelzHandlers[Method] extends grpc.handleUnaryCall<infer _Request, infer Response> ? Response : never;

/** As grpc-js makes them. */
export function timestampOf(epochMs: number): Timestamp {
  const seconds = Math.floor(epochMs / 1_000);
  return { seconds, nanos: Math.floor((epochMs - seconds * 1_000) * 1_000_000) };
}
