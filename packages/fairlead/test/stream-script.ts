import { Metadata, type ClientDuplexStream, type ServerDuplexStream, type status } from '@grpc/grpc-js';
import type { EchoReply, EchoRequest } from './generated/echo.js';

type ServerCall = ServerDuplexStream<EchoRequest, EchoReply>;

/** One step of a server that answers a bidirectional call. It gives false where the call has ended with it. */
export type ServerStep = (call: ServerConversation) => Promise<boolean>;

const WRONG = (what: string): never => {
  throw new Error(`the server: ${what}`);
};

/** The messages of a stream one after the other, and then the end. */
class Inbox {
  readonly #items: (string | undefined)[] = [];
  #waiting: ((item: string | undefined) => void) | undefined;

  put(item: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(item);
    else this.#items.push(item);
  }

  /** The next message; undefined at the end. */
  take(): Promise<string | undefined> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    return new Promise((resolve) => (this.#waiting = resolve));
  }
}

/** The server's side of one attempt. */
class ServerConversation {
  readonly call: ServerCall;
  readonly inbox = new Inbox();
  readonly trailers = new Metadata();

  constructor(call: ServerCall) {
    this.call = call;
    call.on('data', ({ text }: EchoRequest) => this.inbox.put(text));
    call.on('end', () => this.inbox.put(undefined));
  }
}

const going = (act: (conversation: ServerConversation) => Promise<void> | void): ServerStep => {
  return async (conversation) => {
    await act(conversation);
    return true;
  };
};

/** What a server does in Go's scripts of `TestRetryStreaming`, under the names that it has there. */
export const sReq = (text: string): ServerStep =>
  going(async ({ inbox }) => {
    const got = await inbox.take();
    if (got !== text) WRONG(`got ${String(got)} instead of ${text}`);
  });
export const sCloseSend = (): ServerStep =>
  going(async ({ inbox }) => {
    const got = await inbox.take();
    if (got !== undefined) WRONG(`got ${got} instead of the end`);
  });
export const sAttempts = (count: number): ServerStep =>
  going(({ call }) => {
    const said = call.metadata.get('grpc-previous-rpc-attempts').join();
    if (said !== String(count)) WRONG(`was told of ${said} earlier attempts instead of ${count}`);
  });
export const sHdr = (): ServerStep => going(({ call }) => call.sendMetadata(new Metadata()));
export const sRes = (text: string): ServerStep =>
  going(({ call }) => void call.write({ text, server: '' } satisfies EchoReply));
export const sPushback = (ms: string): ServerStep =>
  going(({ trailers }) => trailers.add('grpc-retry-pushback-ms', ms));
export const sErr =
  (code: status): ServerStep =>
  ({ call, trailers }) => {
    call.emit('error', { code, details: 'this is a test error', metadata: trailers });
    return Promise.resolve(false);
  };

/** Steps that go on from one attempt to the next; after the last one the server ends the call well. */
export class ServerScript {
  readonly #steps: readonly ServerStep[];
  readonly problems: unknown[] = [];
  attempts = 0;
  #done = 0;

  constructor(steps: readonly ServerStep[]) {
    this.#steps = steps;
  }

  /** Steps that were not come to. */
  get left(): number {
    return this.#steps.length - this.#done;
  }

  readonly handler = (call: ServerCall): void => {
    this.attempts += 1;
    this.#play(new ServerConversation(call)).catch((problem: unknown) => {
      this.problems.push(problem);
      call.end();
    });
  };

  async #play(conversation: ServerConversation): Promise<void> {
    while (this.#done < this.#steps.length) {
      const step = this.#steps[this.#done++] as ServerStep;
      if (!(await step(conversation))) return;
    }
    conversation.call.end();
  }
}

/** The client's side of a bidirectional call: what it got, in the order in which it came. */
export class ClientConversation {
  readonly #call: ClientDuplexStream<EchoRequest, EchoReply>;
  readonly #inbox = new Inbox();
  readonly headers: Promise<Metadata>;
  /** The code of the status. */
  readonly end: Promise<status>;

  constructor(call: ClientDuplexStream<EchoRequest, EchoReply>) {
    this.#call = call;
    call.on('data', ({ text }: EchoReply) => this.#inbox.put(text));
    call.on('error', () => undefined);
    this.headers = new Promise((resolve) => call.on('metadata', resolve));
    this.end = new Promise((resolve) => call.on('status', ({ code }) => resolve(code)));
  }

  send(text: string): void {
    this.#call.write({ text });
  }

  closeSend(): void {
    this.#call.end();
  }

  receive(): Promise<string | undefined> {
    return this.#inbox.take();
  }

  cancel(): void {
    this.#call.cancel();
  }
}
