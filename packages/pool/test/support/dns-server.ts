import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type Code = 'NOERROR' | 'SERVFAIL' | 'NXDOMAIN';
const RCODES: Readonly<Record<Code, number>> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 };
const A = 1;
const AAAA = 28;

/** What the server answers for one record type. `silent` is no answer at all. */
export type DnsAnswer = readonly string[] | Exclude<Code, 'NOERROR'> | 'silent';

/**
 * A DNS server on 127.0.0.1, UDP and TCP on one port, that answers every name alike: A with `a`, AAAA with `aaaa`.
 * Written by hand because it must also answer what a sound server would not.
 */
export class TestDnsServer {
  a: DnsAnswer = [];
  aaaa: DnsAnswer = [];
  ttlSeconds = 60;
  /** Answer by UDP with the truncation bit and no records. */
  truncates = false;
  /** `name type protocol` of every query. */
  readonly queries: string[] = [];
  readonly #udp: UdpSocket = createSocket('udp4');
  readonly #tcp: Server = createServer((socket) => this.#serve(socket));
  readonly #connections = new Set<Socket>();

  static async listen(): Promise<TestDnsServer> {
    const server = new TestDnsServer();
    server.#tcp.listen(0, '127.0.0.1');
    await once(server.#tcp, 'listening');
    server.#udp.bind(server.port, '127.0.0.1');
    await once(server.#udp, 'listening');
    server.#udp.on('message', (query, from) => server.#answerDatagram(query, from));
    return server;
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    this.#tcp.close();
    this.#udp.close();
    await once(this.#udp, 'close');
  }

  #answerDatagram(query: Buffer, from: RemoteInfo): void {
    const answer = this.#answer(query, 'udp', this.truncates);
    if (answer) this.#udp.send(answer, from.port, from.address);
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket.on('close', () => this.#connections.delete(socket)).on('error', () => undefined));
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const length = received.readUInt16BE(0);
        const answer = this.#answer(received.subarray(2, 2 + length), 'tcp', false);
        received = received.subarray(2 + length);
        if (answer) socket.write(Buffer.concat([uint16(answer.length), answer]));
      }
    });
  }

  #answer(query: Buffer, protocol: 'udp' | 'tcp', truncated: boolean): Buffer | undefined {
    const { name, type, end } = readQuestion(query);
    this.queries.push(`${name} ${type === A ? 'A' : 'AAAA'} ${protocol}`);
    const answer = type === A ? this.a : type === AAAA ? this.aaaa : [];
    if (answer === 'silent') return undefined;
    const code: Code = typeof answer === 'string' ? answer : 'NOERROR';
    const records = typeof answer === 'string' || truncated ? [] : answer;
    // QR, RD, RA, and TC where the answer does not fit.
    const flags = 0x8180 | (truncated ? 0x0200 : 0) | RCODES[code];
    const header = [query.subarray(0, 2), uint16(flags), uint16(1), uint16(records.length), uint16(0), uint16(0)];
    return Buffer.concat([
      ...header,
      query.subarray(12, end),
      ...records.map((address) => this.#record(type, address)),
    ]);
  }

  #record(type: number, address: string): Buffer {
    const data = Buffer.from(isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address));
    const ttl = Buffer.alloc(4);
    ttl.writeUInt32BE(this.ttlSeconds);
    // 0xc00c points to the name in the question.
    return Buffer.concat([uint16(0xc00c), uint16(type), uint16(1), ttl, uint16(data.length), data]);
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function ipv6Bytes(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => parseInt(word, 16)));
  const first = words(head);
  const last = words(tail);
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return all.flatMap((word) => [word >> 8, word & 255]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}
