import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that is no gRPC server: it accepts connections and hands each to the test. */
export class TcpServer {
  /** Connections that are open now. */
  readonly open = new Set<Socket>();
  /** How many were accepted so far. */
  accepted = 0;
  readonly #server: Server;

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.accepted += 1;
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket)).on('error', () => undefined);
      // Bytes that nobody reads would hide the end of the connection.
      socket.resume();
      onConnection(socket);
    });
  }

  static async listen(onConnection: (socket: Socket) => void = () => undefined, port = 0): Promise<TcpServer> {
    const server = new TcpServer(onConnection);
    server.#server.listen(port, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
