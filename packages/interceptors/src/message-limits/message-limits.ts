/** The largest messages of a method's calls, in bytes; undefined for no limit of ours. */
export interface MessageLimits {
  /** Of each message that is sent, before compression. */
  readonly maxRequestMessageBytes: number | undefined;
  /** Of each message that is received, after decompression. */
  readonly maxResponseMessageBytes: number | undefined;
}
