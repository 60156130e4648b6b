import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../grpc-types.js';
import { MessageLimitsCall } from './message-limits-call.js';
import type { MessageLimits } from './message-limits.js';

/**
 * Ends the calls of one method with RESOURCE_EXHAUSTED when a message is larger than the service config allows
 * (`maxRequestMessageBytes`, `maxResponseMessageBytes`). The channel's own limits (`grpc.max_send_message_length`,
 * `grpc.max_receive_message_length`) hold beside them, so that the smaller one counts.
 */
export function messageLimitsInterceptor(limits: MessageLimits): grpc.Interceptor {
  return (options, nextCall) => asInterceptingCall(new MessageLimitsCall(nextCall(options), options, limits));
}
