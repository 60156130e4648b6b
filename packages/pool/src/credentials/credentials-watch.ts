import type * as grpc from '@grpc/grpc-js';
import { durationMs, type Clock, type Timer } from '@fairlead/core';
import { credentialsSourceOf, type CredentialsSource } from './credentials-source.js';

/** Who wants to know of new credentials. Never called from inside {@link CredentialsWatch.current}. */
export interface CredentialsListener {
  /** Connections that were made before are made with old credentials, or failed for want of good ones. */
  onRenewed(): void;
  /** Newer ones cannot be used, and why; once for each reason. */
  onStale(problem: Error): void;
}

const REFRESH = durationMs({ min: 1_000, allowInfinity: true });

/** The credentials of a pool's connections: those that were given, or what they, as a source, answer at the time. */
export class CredentialsWatch {
  /** The connections speak TLS. */
  readonly secure: boolean;
  readonly #given: grpc.ChannelCredentials;
  readonly #source: CredentialsSource | undefined;
  readonly #clock: Clock;
  readonly #listener: CredentialsListener;
  #latest: grpc.ChannelCredentials | undefined;
  #revision = 0;
  #problem: Error | undefined;
  /** A connection was not made because there were none. */
  #wanting = false;
  #toldRevision = 0;
  #toldProblem: string | undefined;
  #poll: Timer | undefined;
  #telling: Timer | undefined;
  #closed = false;

  /** @throws InvalidOptionError when a source wants to be asked all the time. */
  constructor(given: grpc.ChannelCredentials, clock: Clock, listener: CredentialsListener) {
    this.secure = given._isSecure();
    this.#given = given;
    this.#source = credentialsSourceOf(given);
    if (this.#source) REFRESH.check(this.#source.refreshIntervalMs, 'credentials.refreshIntervalMs');
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Grows with every change of the credentials. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * The credentials of a connection that is made now. From the first time on, a source is asked regularly.
   *
   * @throws what the source throws, when it never had any.
   */
  current(): grpc.ChannelCredentials {
    if (this.#source === undefined) return this.#given;
    if (this.#poll === undefined) this.#schedulePoll(this.#source);
    return this.#ask(this.#source);
  }

  /** Asks no more, until the next connection. */
  sleep(): void {
    this.#poll?.cancel();
    this.#poll = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#poll?.cancel();
    this.#telling?.cancel();
  }

  #ask(source: CredentialsSource): grpc.ChannelCredentials {
    try {
      const credentials = source.currentCredentials();
      if (credentials !== this.#latest) this.#adopt(credentials);
      this.#problem = source.credentialsProblem;
      return credentials;
    } catch (error) {
      if (this.#latest === undefined) {
        this.#wanting = true;
        throw error;
      }
      this.#problem = error instanceof Error ? error : new Error(String(error));
      return this.#latest;
    } finally {
      this.#tellSoon();
    }
  }

  #adopt(credentials: grpc.ChannelCredentials): void {
    this.#revision += 1;
    // The first ones are news only to those who could not connect without.
    if (this.#latest === undefined && !this.#wanting) this.#toldRevision = this.#revision;
    this.#latest = credentials;
  }

  /** Not at once: a listener may do anything, and whoever asks is about to connect. */
  #tellSoon(): void {
    const told = this.#revision === this.#toldRevision && this.#problem?.message === this.#toldProblem;
    if (told || this.#closed) return;
    this.#telling ??= this.#clock.schedule(0, () => {
      this.#telling = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    const renewed = this.#revision !== this.#toldRevision;
    const problem = this.#problem?.message === this.#toldProblem ? undefined : this.#problem;
    this.#toldRevision = this.#revision;
    this.#toldProblem = this.#problem?.message;
    if (problem !== undefined) this.#listener.onStale(problem);
    if (renewed && !this.#closed) this.#listener.onRenewed();
  }

  #schedulePoll(source: CredentialsSource): void {
    if (this.#closed || source.refreshIntervalMs === Infinity) return;
    this.#poll = this.#clock.schedule(source.refreshIntervalMs, () => {
      this.#schedulePoll(source);
      try {
        this.#ask(source);
      } catch {
        // There never were any: the members that cannot connect say so.
      }
    });
  }
}
