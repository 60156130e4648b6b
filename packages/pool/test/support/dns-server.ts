import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  addressData,
  nameData,
  readQuestion,
  record,
  srvData,
  textData,
  uint16,
  type RecordType,
  type Srv,
} from './dns-records.js';

const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
type Failure = Exclude<keyof typeof RCODES, 'NOERROR'>;

/** What the server answers for one record type. `silent` is no answer at all. */
export type DnsAnswer<T = string> = readonly T[] | Failure | 'silent';

/** What a sound server would not do. */
export type Lie = 'another id' | 'another question' | 'another type' | 'another name' | 'half a message' | 'a loop';

/** Points to the name in the question. */
const SAME_NAME = Buffer.from([0xc0, 0x0c]);

/**
 * A DNS server on 127.0.0.1, UDP and TCP on one port, that answers every name alike: A with `a`, AAAA with `aaaa`, TXT with
 * `txt` and SRV with `srv`, except the names in `names`. Written by hand because it must also answer what a sound server
 * would not.
 */
export class TestDnsServer {
  a: DnsAnswer = [];
  aaaa: DnsAnswer = [];
  txt: DnsAnswer = [];
  srv: DnsAnswer<Srv> = [];
  /** Answers for the A records of these names alone. */
  readonly names = new Map<string, DnsAnswer>();
  ttlSeconds = 60;
  /** Time to think before each answer by UDP. */
  delayMs = 0;
  /** Answer by UDP with the truncation bit and no records. */
  truncates = false;
  /** Answer with a CNAME first, whose target owns the records. */
  alias: string | undefined;
  lie: Lie | undefined;
  /** `name type protocol` of every query. */
  readonly queries: string[] = [];
  readonly #udp: UdpSocket = createSocket('udp4');
  readonly #tcp: Server = createServer((socket) => this.#serve(socket));
  readonly #connections = new Set<Socket>();
  readonly #thinking = new Set<NodeJS.Timeout>();

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

  /** The queries for records of one type. */
  queriesOf(type: RecordType): readonly string[] {
    return this.queries.filter((query) => query.split(' ')[1] === type);
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    for (const timer of this.#thinking) clearTimeout(timer);
    this.#tcp.close();
    this.#udp.close();
    await once(this.#udp, 'close');
  }

  #answerDatagram(query: Buffer, from: RemoteInfo): void {
    const answer = this.#answer(query, 'udp', this.truncates);
    if (!answer) return;
    if (this.delayMs === 0) return this.#udp.send(answer, from.port, from.address);
    const timer = setTimeout(() => {
      this.#thinking.delete(timer);
      this.#udp.send(answer, from.port, from.address);
    }, this.delayMs);
    this.#thinking.add(timer);
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
    this.queries.push(`${name} ${type} ${protocol}`);
    const answer = this.#recordsOf(name, type);
    if (answer === 'silent') return undefined;
    const failed = typeof answer === 'string';
    const records = failed || truncated ? [] : this.#bent(answer);
    // QR, RD, RA, and TC where the answer does not fit.
    const flags = 0x8180 | (truncated ? 0x0200 : 0) | RCODES[failed ? answer : 'NOERROR'];
    const id = uint16(query.readUInt16BE(0) ^ (this.lie === 'another id' ? 1 : 0));
    const header = [id, uint16(flags), uint16(1), uint16(records.length), uint16(0), uint16(0)];
    const asked =
      this.lie === 'another question'
        ? Buffer.concat([nameData('liar.example'), query.subarray(end - 4, end)])
        : query.subarray(12, end);
    const message = Buffer.concat([...header, asked, ...records]);
    return this.lie === 'half a message' ? message.subarray(0, 20) : message;
  }

  #recordsOf(name: string, type: RecordType): readonly Buffer[] | Failure | 'silent' {
    const owner = this.alias === undefined ? SAME_NAME : nameData(this.alias);
    const of = <T>(answer: DnsAnswer<T>, data: (one: T) => Buffer): readonly Buffer[] | Failure | 'silent' =>
      typeof answer === 'string' ? answer : answer.map((one) => record(owner, type, this.ttlSeconds, data(one)));
    if (type === 'A') return of(this.names.get(name) ?? this.a, addressData);
    if (type === 'AAAA') return of(this.names.has(name) ? [] : this.aaaa, addressData);
    if (type === 'TXT') return of(this.txt, textData);
    return type === 'SRV' ? of(this.srv, srvData) : [];
  }

  #bent(records: readonly Buffer[]): readonly Buffer[] {
    const alias = (to: Buffer): Buffer => record(SAME_NAME, 'CNAME', this.ttlSeconds, to);
    if (this.lie === 'a loop') return [alias(SAME_NAME)];
    if (this.lie === 'another type') return [record(SAME_NAME, 'TXT', 60, textData('10.6.6.6'))];
    if (this.lie === 'another name') return [record(nameData('liar.example'), 'A', 60, addressData('10.6.6.6'))];
    return this.alias === undefined ? records : [alias(nameData(this.alias)), ...records];
  }
}
