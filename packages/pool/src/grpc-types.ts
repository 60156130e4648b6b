import type * as grpc from '@grpc/grpc-js';

/**
 * grpc-js names neither the low-level `Call` that a Channel makes nor the server call that a client call can hang on.
 * They are derived here, once, from the public `ChannelInterface`; nothing else in this package reaches past it.
 * The README of grpc-js calls the `Call` opaque: the test suite runs against the oldest and newest supported version.
 */
export type GrpcCall = ReturnType<grpc.ChannelInterface['createCall']>;

/** The receiving side of a {@link GrpcCall}. */
export type CallListener = Parameters<GrpcCall['start']>[1];

/** What `startMessage` passes along with a message (write flags and the write callback). */
export type MessageContext = Parameters<GrpcCall['sendMessageWithContext']>[0];

export type CreateCallArguments = Parameters<grpc.ChannelInterface['createCall']>;
export type ParentCall = Parameters<grpc.ChannelInterface['createCall']>[3];
export type PropagateFlags = Parameters<grpc.ChannelInterface['createCall']>[4];

/** The arguments of `createCall`, kept together until a member is picked. */
export interface CallArguments {
  readonly path: string;
  readonly deadline: grpc.Deadline;
  readonly host: string | null | undefined;
  readonly parent: ParentCall;
  readonly propagateFlags: PropagateFlags;
}
