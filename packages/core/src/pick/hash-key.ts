import type { ContextCarrier } from '../attempt/attempt-context.js';

const KEY: unique symbol = Symbol.for('fairlead.hash-key') as never;

/**
 * Says what decides where a policy that hashes (`ring_hash`) sends the call with this metadata: calls of one key go to one
 * pod. Nothing of it goes over the wire, and it wins over the policy's header. The options object is replaced, not changed.
 */
export function setHashKey(metadata: ContextCarrier, key: string): void {
  metadata.setOptions({ ...metadata.getOptions(), [KEY]: key });
}

/** The key that {@link setHashKey} gave, if any. */
export function hashKeyOf(metadata: ContextCarrier): string | undefined {
  return (metadata.getOptions() as { [KEY]?: string | undefined })[KEY];
}
