import {
  InvalidOptionError,
  InvalidServiceConfigError,
  parseServiceConfig,
  type BalancingPolicyFactory,
  type MethodOptions,
  type ParsedServiceConfig,
  type ServiceConfig,
} from '@fairlead/core';

/** Options that say the same as a part of a service config, as they were given. */
export interface RivalOptions {
  readonly balancing: unknown;
  readonly retryBudget: unknown;
}

/** An option beside a field that says the same. */
interface Contradiction {
  readonly option: string;
  readonly value: unknown;
  readonly field: string;
}

/** Reads the service configs of one channel, at its construction and later. */
export class ServiceConfigParser {
  readonly #options: RivalOptions;
  readonly #methods: MethodOptions;
  readonly #policies: readonly BalancingPolicyFactory[];

  /**
   * @param methods hold beside every config.
   * @param policies that a config may choose.
   */
  constructor(options: RivalOptions, methods: MethodOptions, policies: readonly BalancingPolicyFactory[]) {
    this.#options = options;
    this.#methods = methods;
    this.#policies = policies;
  }

  /**
   * At construction.
   * @throws InvalidServiceConfigError; InvalidOptionError for an option that contradicts it.
   */
  parseFirst(json: unknown, path: string): ParsedServiceConfig {
    const parsed = this.#read(json, path, false);
    const [contradiction] = this.#contradictions(parsed.config);
    if (contradiction === undefined) return parsed;
    const { option, value, field } = contradiction;
    throw new InvalidOptionError(option, value, `not set beside serviceConfig.${field}`);
  }

  /**
   * While the channel lives: the options stay as they are, so it is the config that contradicts them.
   * @param foreign it is not the application's: where both name the same method, the option wins.
   * @throws InvalidServiceConfigError that lists every problem.
   */
  parse(json: unknown, path: string, foreign = false): ParsedServiceConfig {
    const parsed = this.#read(json, path, foreign);
    const contradictions = this.#contradictions(parsed.config);
    if (contradictions.length === 0) return parsed;
    const at = path === '' ? '' : `${path}.`;
    throw new InvalidServiceConfigError(
      contradictions.map(({ option, field }) => `${at}${field}: not beside the option ${option}`),
    );
  }

  #read(json: unknown, path: string, optionsWin: boolean): ParsedServiceConfig {
    return parseServiceConfig(json, { policies: this.#policies, path, methodOptions: this.#methods, optionsWin });
  }

  #contradictions({ loadBalancing, retryThrottling }: ServiceConfig): Contradiction[] {
    const { balancing, retryBudget } = this.#options;
    const found: Contradiction[] = [];
    if (loadBalancing !== undefined && balancing !== undefined) {
      found.push({ option: 'balancing', value: balancing, field: 'loadBalancingConfig' });
    }
    if (retryThrottling !== undefined && retryBudget !== undefined) {
      found.push({ option: 'retryBudget', value: retryBudget, field: 'retryThrottling' });
    }
    return found;
  }
}
