import { isIPv4 } from 'node:net';

/** Numbers of record types. */
export const TYPES = { A: 1, CNAME: 5, TXT: 16, AAAA: 28, SRV: 33 } as const;
export type RecordType = keyof typeof TYPES;

/** One record of an SRV answer. */
export interface Srv {
  readonly name: string;
  readonly port: number;
  readonly priority?: number;
  readonly weight?: number;
}

/** The data of an A or AAAA record. */
export function addressData(address: string): Buffer {
  return Buffer.from(isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address));
}

/** The data of a TXT record: strings of at most 255 bytes. */
export function textData(text: string): Buffer {
  const bytes = Buffer.from(text);
  const strings: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const string = bytes.subarray(at, at + 255);
    strings.push(Buffer.from([string.length]), string);
  }
  return Buffer.concat(strings);
}

export function srvData({ name, port, priority = 0, weight = 0 }: Srv): Buffer {
  return Buffer.concat([uint16(priority), uint16(weight), uint16(port), nameData(name)]);
}

export function nameData(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
}

/** A resource record. */
export function record(owner: Buffer, type: RecordType, ttlSeconds: number, data: Buffer): Buffer {
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(ttlSeconds);
  return Buffer.concat([owner, uint16(TYPES[type]), uint16(1), ttl, uint16(data.length), data]);
}

export function readQuestion(query: Buffer): { name: string; type: RecordType; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const number = query.readUInt16BE(at + 1);
  const type = (Object.keys(TYPES) as RecordType[]).find((one) => TYPES[one] === number);
  if (type === undefined) throw new Error(`a query of type ${number}`);
  return { name: labels.join('.'), type, end: at + 5 };
}

export function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => parseInt(word, 16)));
  const first = words(head);
  const last = words(tail);
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return all.flatMap((word) => [word >> 8, word & 255]);
}
