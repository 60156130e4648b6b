import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to the API server that can be closed for one client, while all others still reach it. */
export class ApiGate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(to: URL) {
    this.#server = createServer((socket) => this.#join(socket, to));
  }

  static async start(to: URL): Promise<ApiGate> {
    const gate = new ApiGate(to);
    await gate.open();
    return gate;
  }

  /** To be put into a kubeconfig. */
  get server(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks what is connected, and refuses what tries to. */
  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, { hostname, port }: URL): void {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
