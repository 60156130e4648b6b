import type { MethodConfig, ParsedServiceConfig, ServiceConfig } from '@fairlead/core';
import type { ServiceConfigParser } from './service-config-parser.js';

/** Who gave the config that is in force; `default` when nobody did. */
export type ServiceConfigSource = 'application' | 'resolver' | 'default';

/** Which service config is in force. */
export interface ServiceConfigStanding {
  /** Whose it is. */
  readonly source: ServiceConfigSource;
  /** Why the resolver's last one is not: all of its errors. Undefined when it was good, or does not count. */
  readonly refused: string | undefined;
}

/** One service config takes the place of another. */
export interface ConfigReplacement {
  readonly source: ServiceConfigSource;
  readonly config: ServiceConfig;
  readonly previous: ServiceConfig;
  /** What is suspicious about the new one, one line each. */
  readonly warnings: readonly string[];
}

/** What happens with the configs of a channel. */
export interface LiveConfigListener {
  /** It is in force when this is called, and the old one again when this throws. */
  onReplaced(replacement: ConfigReplacement): void;
  /** The resolver's does not count, because the application gave one. */
  onIgnored(): void;
}

/** How the messages name what the application gives. */
const OPTION = 'serviceConfig';

/**
 * The service config of a channel and where it comes from. What the application gives wins, at construction or later;
 * without that it is the resolver's, and without either the default one. An invalid one changes nothing.
 *
 * In gRPC the application's is only the default for a resolver that has none (gRFC A2). Here whoever writes a config in
 * code means it: a TXT record that outlives it must not replace it. The other one is `defaultServiceConfig`.
 */
export class LiveServiceConfig {
  readonly #parser: ServiceConfigParser;
  #config: ServiceConfig;
  #source: ServiceConfigSource;
  /** The JSON text of what the resolver sent last: it sends the same every few seconds. */
  #received: string | undefined;
  /** Why the resolver's last one is not in force; undefined when it was good, or does not count. */
  #refused: string | undefined;
  #listener: LiveConfigListener | undefined;
  readonly #fallback: ParsedServiceConfig;

  /**
   * @param given what the application gave, read; undefined when it gave none.
   * @param fallback what holds while nobody gives one. Default: the empty one.
   */
  constructor(
    parser: ServiceConfigParser,
    given: ParsedServiceConfig | undefined,
    fallback: ParsedServiceConfig = parser.parse({}, OPTION),
  ) {
    this.#parser = parser;
    // It was warned of when it was given.
    this.#fallback = { ...fallback, warnings: [] };
    this.#config = (given ?? fallback).config;
    this.#source = given === undefined ? 'default' : 'application';
  }

  /** For people. */
  get standing(): ServiceConfigStanding {
    return { source: this.#source, refused: this.#refused };
  }

  get current(): ServiceConfig {
    return this.#config;
  }

  methodConfig(path: string): MethodConfig {
    return this.#config.methodConfig(path);
  }

  listen(listener: LiveConfigListener): void {
    this.#listener = listener;
  }

  /** @throws InvalidServiceConfigError that lists every problem; the old one stays. */
  set(json: unknown): void {
    this.#replace(this.#parser.parse(json, OPTION), 'application');
    this.#refused = undefined;
  }

  /**
   * The resolver's, undefined for none.
   * @throws InvalidServiceConfigError that lists every problem; the old one stays.
   */
  receive(json: unknown): void {
    try {
      this.#take(json);
      this.#refused = undefined;
    } catch (error) {
      this.#refused = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  #take(json: unknown): void {
    const text = json === undefined ? undefined : JSON.stringify(json);
    if (text === this.#received) return;
    if (this.#source === 'application') {
      if (json !== undefined) this.#listener?.onIgnored();
    } else if (json === undefined) {
      this.#replace(this.#fallback, 'default');
    } else {
      this.#replace(this.#parser.parse(json, '', true), 'resolver');
    }
    this.#received = text;
  }

  #replace({ config, warnings }: ParsedServiceConfig, source: ServiceConfigSource): void {
    const previous = this.#config;
    const previousSource = this.#source;
    this.#config = config;
    this.#source = source;
    try {
      this.#listener?.onReplaced({ source, config, previous, warnings });
    } catch (error) {
      this.#config = previous;
      this.#source = previousSource;
      throw error;
    }
  }
}
