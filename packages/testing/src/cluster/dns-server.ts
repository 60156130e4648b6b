import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { shuffle, type Random } from '@fairlead/core';
import { decode, streamEncode, type Packet } from './dns-codec.js';
import { answerQuery, encodeForUdp, serverFailure, type DnsResponse } from './dns-answer.js';

/** What a {@link DnsServer} answers. */
export interface DnsServerOptions {
  /** The one name that exists. */
  readonly name: string;
  readonly ttlSeconds: number;
  /** IPv4 addresses of the name. Asked for each query. */
  readonly addresses: () => readonly string[];
  /** Shuffles the records of each answer, as CoreDNS does with its `loadbalance` plugin. */
  readonly random: Random;
}

/** Trouble that a server can be put into: it answers SERVFAIL, or not at all. */
export type DnsFault = 'none' | 'servfail' | 'silent';

/** How often a free UDP port is tried whose TCP twin is taken. */
const PORT_ATTEMPTS = 20;

/** A DNS server on 127.0.0.1, UDP and TCP on one port, for one name. */
export class DnsServer {
  readonly name: string;
  readonly #options: DnsServerOptions;
  readonly #connections = new Set<Socket>();
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #port = 0;
  #fault: DnsFault = 'none';
  #queries = 0;

  constructor(options: DnsServerOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** `127.0.0.1:port`, once it listens. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How many queries it got, of any kind and for any name. */
  get queries(): number {
    return this.#queries;
  }

  /** Puts the server into trouble, or out of it with `none`. Default `none`. */
  setFault(fault: DnsFault): void {
    this.#fault = fault;
  }

  async listen(): Promise<void> {
    for (let attempt = 1; this.#tcp === undefined; attempt++) {
      const udp = createSocket('udp4', (message, from) => this.#onDatagram(message, from));
      udp.bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const { port } = udp.address();
      try {
        this.#tcp = await this.#listenTcp(port);
        this.#udp = udp;
        this.#port = port;
      } catch (error) {
        udp.close();
        if (attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  async close(): Promise<void> {
    const udp = this.#udp;
    const tcp = this.#tcp;
    this.#udp = undefined;
    this.#tcp = undefined;
    if (udp === undefined || tcp === undefined) return;
    const closed = Promise.all([once(udp, 'close'), once(tcp, 'close')]);
    udp.close();
    tcp.close();
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }

  async #listenTcp(port: number): Promise<Server> {
    const server = createServer((connection) => this.#onConnection(connection));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  #onDatagram(message: Buffer, from: RemoteInfo): void {
    const query = tryDecode(message);
    const response = query && this.#answer(query);
    if (query === undefined || response === undefined) return;
    // A client that has gone in the meantime is nobody's loss.
    this.#udp?.send(encodeForUdp(query, response), from.port, from.address, () => undefined);
  }

  /** Messages over TCP have two bytes of length in front (RFC 1035 §4.2.2); several may come, in any pieces. */
  #onConnection(connection: Socket): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    connection.on('error', () => connection.destroy());
    let received = Buffer.alloc(0);
    connection.on('data', (piece) => {
      received = Buffer.concat([received, piece]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const query = tryDecode(received.subarray(2, end));
        received = received.subarray(end);
        const response = query && this.#answer(query);
        if (response !== undefined) connection.write(streamEncode(response));
      }
    });
  }

  #answer(query: Packet): DnsResponse | undefined {
    if (query.type !== 'query') return undefined;
    this.#queries++;
    if (this.#fault === 'silent') return undefined;
    if (this.#fault === 'servfail') return serverFailure(query);
    const { name, ttlSeconds, addresses, random } = this.#options;
    return answerQuery(query, { name, ttlSeconds, addresses: shuffle(addresses(), random) });
  }
}

function tryDecode(message: Uint8Array): Packet | undefined {
  try {
    return decode(message);
  } catch {
    // Not DNS, and nobody to tell.
    return undefined;
  }
}
