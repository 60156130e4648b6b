import * as grpc from '@grpc/grpc-js';
import { talkService } from '../pods/talk-service.mjs';

type TalkClient = grpc.Client & { Talk(): grpc.ClientDuplexStream<string, string> };
const TalkClient = grpc.makeGenericClientConstructor(talkService, 'Talk') as unknown as new (
  ...args: ConstructorParameters<typeof grpc.Client>
) => TalkClient;

/** One stream from its beginning to its status. */
export interface Conversation {
  readonly sent: number;
  /** Lines that came back, in order and without a gap, or the conversation would have thrown. */
  readonly echoed: number;
  readonly livedMs: number;
  /** How long the oldest line without an answer had been under way at the end, in ms. */
  readonly unansweredMs: number;
  readonly code: grpc.status;
  readonly details: string;
}

const LINE_EVERY_MS = 50;

/** Streams that say a line every 50 ms and are opened anew when they end, as an application would. */
export class Conversations {
  readonly ended: Conversation[] = [];
  readonly #client: TalkClient;
  readonly #open = new Set<() => void>();
  #stopping = false;
  #idle: (() => void) | undefined;

  /** @param channel shared with the other clients: this one does not close it. */
  constructor(channel: grpc.ChannelInterface, count: number) {
    const insecure = grpc.credentials.createInsecure();
    this.#client = new TalkClient('', insecure, { channelOverride: channel });
    for (let n = 0; n < count; n += 1) this.#begin();
  }

  /** Ends every stream in the regular way, and resolves when all have their status. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const idle = new Promise<void>((resolve) => (this.#idle = resolve));
    for (const end of this.#open) end();
    await idle;
  }

  #begin(): void {
    const call = this.#client.Talk();
    const begunAt = performance.now();
    const sentAt: number[] = [];
    let echoed = 0;
    const timer = setInterval(() => {
      call.write(String(sentAt.length));
      sentAt.push(performance.now());
    }, LINE_EVERY_MS);
    const end = (): void => {
      clearInterval(timer);
      call.end();
    };
    this.#open.add(end);
    call.on('data', (line: string) => {
      if (line !== String(echoed)) throw new Error(`line ${line} came back (expected: ${echoed})`);
      echoed += 1;
    });
    // The status says the same.
    call.on('error', () => undefined);
    call.on('status', ({ code, details }: grpc.StatusObject) => {
      clearInterval(timer);
      this.#open.delete(end);
      const now = performance.now();
      const unansweredMs = now - (sentAt[echoed] ?? now);
      this.ended.push({ sent: sentAt.length, echoed, livedMs: now - begunAt, unansweredMs, code, details });
      if (!this.#stopping) this.#begin();
      else if (this.#open.size === 0) this.#idle?.();
    });
  }
}
