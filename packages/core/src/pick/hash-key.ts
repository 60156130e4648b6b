import type { ContextCarrier } from '../attempt/attempt-context.js';

const KEY: unique symbol = Symbol.for('fairlead.hash-key') as never;

/**
 * Says what decides where a policy that hashes (`ring_hash`) sends the calls with this metadata: calls of one key go to one
 * pod. Use it where the pods keep something of the key: a cache, a session, a shard.
 *
 * - It wins over the policy's `requestHashHeader`, and nothing of it goes over the wire.
 * - It stands in the options of the metadata: `clone()` keeps it, and a `setOptions` that comes later takes it away.
 * - Any text, compared as its UTF-8 bytes. The empty one is none: such a call goes to a random pod.
 * - Other policies do not look at it.
 *
 * gRPC's counterpart is the request hash of gRFC A42; a header alone is gRFC A76.
 *
 * @example
 * const metadata = new Metadata();
 * setHashKey(metadata, userId);
 * client.getCart({ userId }, metadata, callback);
 */
export function setHashKey(metadata: ContextCarrier, key: string): void {
  metadata.setOptions({ ...metadata.getOptions(), [KEY]: key });
}

/** The key that {@link setHashKey} gave, if any. */
export function hashKeyOf(metadata: ContextCarrier): string | undefined {
  return (metadata.getOptions() as { [KEY]?: string | undefined })[KEY];
}
