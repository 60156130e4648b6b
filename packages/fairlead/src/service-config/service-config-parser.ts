import {
  InvalidOptionError,
  InvalidServiceConfigError,
  parseServiceConfig,
  type BalancingPolicyFactory,
  type MessageCaps,
  type MethodOptions,
  type ParsedServiceConfig,
  type ServiceConfig,
} from '@fairlead/core';
import { checkRivals, RIVALRIES, type RivalOptions, type Rivalry } from './rival-options.js';

/** An option beside a field that says the same. */
interface Contradiction {
  readonly option: keyof RivalOptions;
  readonly rivalry: Rivalry;
}

/** Reads the service configs of one channel, at its construction and later. */
export class ServiceConfigParser {
  readonly #options: RivalOptions;
  readonly #methods: MethodOptions;
  readonly #policies: readonly BalancingPolicyFactory[];
  readonly #messageCaps: MessageCaps;

  /**
   * @param methods hold beside every config.
   * @param policies that a config may choose.
   * @param messageCaps what the channel's own arguments allow.
   * @throws InvalidOptionError for options that contradict each other.
   */
  constructor(
    options: RivalOptions,
    methods: MethodOptions,
    policies: readonly BalancingPolicyFactory[],
    messageCaps: MessageCaps,
  ) {
    checkRivals(options);
    this.#options = options;
    this.#methods = methods;
    this.#policies = policies;
    this.#messageCaps = messageCaps;
  }

  /**
   * At construction.
   * @throws InvalidServiceConfigError; InvalidOptionError for an option that contradicts it.
   */
  parseFirst(json: unknown, path: string): ParsedServiceConfig {
    const parsed = this.#read(json, path, false);
    const [contradiction] = this.#contradictions(parsed.config);
    if (contradiction === undefined) return parsed;
    const { option, rivalry } = contradiction;
    throw new InvalidOptionError(option, this.#options[option], `not set beside ${path}.${rivalry.field}`);
  }

  /**
   * While the channel lives: the options stay as they are, so it is the config that contradicts them.
   * @param foreign it is not the application's: where both say the same, the option wins, with a warning.
   * @throws InvalidServiceConfigError that lists every problem.
   */
  parse(json: unknown, path: string, foreign = false): ParsedServiceConfig {
    const parsed = this.#read(json, path, foreign);
    const contradictions = this.#contradictions(parsed.config);
    if (contradictions.length === 0) return parsed;
    if (foreign) return yielding(parsed, contradictions);
    const at = path === '' ? '' : `${path}.`;
    throw new InvalidServiceConfigError(
      contradictions.map(({ option, rivalry }) => `${at}${rivalry.field}: not beside the option ${option}`),
    );
  }

  #read(json: unknown, path: string, optionsWin: boolean): ParsedServiceConfig {
    return parseServiceConfig(json, {
      policies: this.#policies,
      path,
      methodOptions: this.#methods,
      optionsWin,
      messageCaps: this.#messageCaps,
    });
  }

  #contradictions(config: ServiceConfig): Contradiction[] {
    return RIVALRIES.filter(({ said }) => said(config) !== undefined).flatMap((rivalry) => {
      const option = rivalry.options.find((name) => this.#options[name] !== undefined);
      return option === undefined ? [] : [{ option, rivalry }];
    });
  }
}

/** The config without what the options say. */
function yielding(
  { config, warnings }: ParsedServiceConfig,
  contradictions: readonly Contradiction[],
): ParsedServiceConfig {
  const lost = contradictions.map(
    ({ option, rivalry: { field } }) => `${field}: not beside the option ${option}, which wins`,
  );
  return {
    config: contradictions.reduce((left, { rivalry }) => rivalry.without(left), config),
    warnings: Object.freeze([...warnings, ...lost]),
  };
}
