import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { outside } from '../outside.js';

/**
 * grpc-js has no connect timeout and, worse, no way to give up: closing a channel whose peer accepted TCP and never sent
 * its SETTINGS leaves the socket open until the peer closes it (seen with 1.14.7, grpc-node issue 2785). So the socket
 * that a connection attempt opens is caught as it is made, by Node's own `net.client.socket` diagnostics channel, and
 * told apart from all others by the async context of the attempt.
 *
 * The context store is switched on only while some attempt is under way: async hooks slow every promise of the process.
 */
/**
 * How long an attempt that was given up is still watched. grpc-js connects once more when its backoff ends, although the
 * channel was closed meanwhile, and keeps that connection if it succeeds (seen with 1.14.7). `createMemberChannel` makes
 * that backoff so short that it ends within this time. Counted anew from each socket that comes too late: a process that is
 * busy for longer would otherwise stop to watch before grpc-js has had its turn.
 */
const AFTERLIFE_MS = 20;

const attempts = new AsyncLocalStorage<ConnectingSocket>();
let running = 0;

function onClientSocket(message: unknown): void {
  attempts.getStore()?.caught((message as { socket: Socket }).socket);
}

/** The socket of one connection attempt. */
export class ConnectingSocket {
  #socket: Socket | undefined;
  #afterlife: NodeJS.Timeout | undefined;
  #state: 'new' | 'open' | 'released' | 'abandoned' = 'new';

  /** Runs `connect`, which starts the attempt, and catches the socket that it opens, now or later. */
  run(connect: () => void): void {
    this.#state = 'open';
    if (running++ === 0) subscribe('net.client.socket', onClientSocket);
    // A resource of its own, made in no context: nobody's context must never carry an attempt.
    const attempt = outside(() => new AsyncResource('fairlead.ConnectionAttempt'));
    attempt.runInAsyncScope(() => attempts.run(this, connect));
  }

  /**
   * Runs `callback` outside of the attempt's context. Every event of the attempt must pass through here: what the
   * application does in a listener, opening sockets of its own included, is not part of the attempt.
   */
  static leave(callback: () => void): void {
    outside(callback);
  }

  /** Called by the diagnostics channel. */
  caught(socket: Socket): void {
    if (this.#state === 'open') this.#socket = socket;
    // The channel tells of a socket before it connects: this one never will. Destroyed here, `connect` would revive it.
    else if (this.#state === 'abandoned') {
      socket.connect = () => socket.destroy();
      this.#afterlife?.refresh();
    }
  }

  /** The attempt succeeded: the socket, if one was caught, belongs to the connection now. */
  release(): Socket | undefined {
    if (this.#state !== 'open') return undefined;
    const socket = this.#socket;
    this.#state = 'released';
    this.#socket = undefined;
    stopListening();
    return socket;
  }

  /** The attempt failed or is given up: its socket must not stay. Idempotent. */
  abandon(): void {
    if (this.#state !== 'open') return;
    this.#state = 'abandoned';
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#afterlife = setTimeout(() => {
      this.#afterlife = undefined;
      stopListening();
    }, AFTERLIFE_MS).unref();
  }
}

function stopListening(): void {
  if (--running > 0) return;
  unsubscribe('net.client.socket', onClientSocket);
  attempts.disable();
}
