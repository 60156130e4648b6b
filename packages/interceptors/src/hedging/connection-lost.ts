import { status as Code, type StatusObject } from '@grpc/grpc-js';

/**
 * How grpc-js 1.14 (subchannel-call.ts) tells that the session of a call has ended under it: with Node's own words after a
 * GOAWAY with an error, and in two words of its own otherwise.
 */
const SESSION_CLOSED =
  /^Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code \d+$/;
const DROPPED = 'Connection dropped';

/**
 * The connection of an attempt ended before the server had told its status. Where other gRPC libraries say UNAVAILABLE,
 * grpc-js says INTERNAL for some of it. A status with metadata comes from the server, whatever its text.
 */
export function isConnectionLost({ code, details, metadata }: StatusObject): boolean {
  const isLoss =
    code === Code.INTERNAL ? SESSION_CLOSED.test(details) : code === Code.UNAVAILABLE && details === DROPPED;
  return isLoss && Object.keys(metadata.getMap()).length === 0;
}
