import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

/** Answers a GET of a path, with a status and what becomes JSON. */
export type Answer = (path: string) => Promise<readonly [status: number, body: unknown]>;

/** An HTTP/1.1 server that ends without failing a request. */
export class HttpServer {
  readonly #server: Server;
  #ending = false;

  constructor(answer: Answer) {
    this.#server = createServer((request, response) => void this.#respond(answer(request.url ?? '/'), response));
  }

  /** Starts to listen at `host:port`. */
  async listen(address: string): Promise<void> {
    const colon = address.lastIndexOf(':');
    this.#server.listen(Number(address.slice(colon + 1)), address.slice(0, colon));
    await once(this.#server, 'listening');
  }

  /** Takes no more connections and waits for the answers under way, but no longer than that. */
  async close(timeoutMs: number): Promise<void> {
    if (!this.#server.listening) return;
    this.#ending = true;
    const cut = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }

  async #respond(answer: ReturnType<Answer>, response: ServerResponse): Promise<void> {
    const [status, body] = await answer.catch((error: unknown) => [503, { error: String(error) }] as const);
    // A connection that is kept would bring more requests: the last answer on it says that it ends.
    if (this.#ending) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

/** The id in `/posts/<id>`. */
export function postIdOf(path: string): string | undefined {
  return /^\/posts\/([^/]+)$/.exec(path)?.[1];
}
