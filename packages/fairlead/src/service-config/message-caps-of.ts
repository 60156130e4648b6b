import type { MessageCaps } from '@fairlead/core';

/** What grpc-js takes when it is not told (`DEFAULT_MAX_RECEIVE_MESSAGE_LENGTH`); it sends whatever it is given. */
const DEFAULT_RECEIVE_BYTES = 4 * 1024 * 1024;

/** The limits that grpc-js itself holds in the channels of the pods. Wrong ones are for the pool to refuse. */
export function messageCapsOf(channelArguments: Readonly<Record<string, unknown>>): MessageCaps {
  const cap = (name: string, fallback: number): number => {
    const value = channelArguments[name] ?? fallback;
    return typeof value === 'number' && value >= 0 ? value : Infinity;
  };
  return {
    maxRequestMessageBytes: cap('grpc.max_send_message_length', Infinity),
    maxResponseMessageBytes: cap('grpc.max_receive_message_length', DEFAULT_RECEIVE_BYTES),
  };
}
