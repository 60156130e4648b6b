import { childPath, fieldOf, type ConfigReader, type Json } from './config-reader.js';
import { isUint32 } from './uint32.js';

/** The largest messages that a channel lets through, whatever its service config says, in bytes. */
export interface MessageCaps {
  readonly maxRequestMessageBytes: number;
  readonly maxResponseMessageBytes: number;
}

export const NO_CAPS: MessageCaps = { maxRequestMessageBytes: Infinity, maxResponseMessageBytes: Infinity };

/** Where the caps are set. */
const ARGUMENTS: Readonly<Record<keyof MessageCaps, string>> = {
  maxRequestMessageBytes: 'grpc.max_send_message_length',
  maxResponseMessageBytes: 'grpc.max_receive_message_length',
};

/** Reads one of the limits of a `methodConfig` entry. Problems are noted in the reader. */
export function readMessageLimit(
  object: Json,
  field: keyof MessageCaps,
  path: string,
  reader: ConfigReader,
): number | undefined {
  return reader.number(object, field, path, isUint32, 'a number of bytes, an integer, 0 to 4294967295');
}

/** The smaller limit counts; a larger one in the config is a mistake that nobody would notice. */
export function warnOfCaps(object: Json, path: string, caps: MessageCaps, reader: ConfigReader): void {
  for (const field of ['maxRequestMessageBytes', 'maxResponseMessageBytes'] as const) {
    const most = fieldOf(object, field);
    if (typeof most !== 'number' || most <= caps[field]) continue;
    const cap = `${ARGUMENTS[field]} of the channel is ${caps[field]}`;
    reader.warnings.push(`${childPath(path, field)}: ${most} counts as ${caps[field]}: ${cap}`);
  }
}
