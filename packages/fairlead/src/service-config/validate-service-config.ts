import { InvalidServiceConfigError, parseServiceConfig, type BalancingPolicyFactory } from '@fairlead/core';
import { knownPolicies } from '../balancing-policies.js';
import { messageCapsOf } from './message-caps-of.js';

/** What {@link validateServiceConfig} finds. */
export interface ServiceConfigReport {
  /** No error: `createChannel` and `setServiceConfig` take it, where no option of the channel says the same. */
  readonly valid: boolean;
  /**
   * Why it is invalid, one line each, with the path of the field: `methodConfig[2].retryPolicy.maxAttempts: 1 (expected: an
   * integer, at least 2, …)`. All of them, not the first alone. The same lines are the `problems` of an
   * `InvalidServiceConfigError`.
   */
  readonly errors: readonly string[];
  /**
   * What has no effect, one line each, with its path: fields that nobody knows, policies that are passed over, numbers that are
   * clamped, entries without a name. Empty when there are errors.
   */
  readonly warnings: readonly string[];
}

/** What a service config may rely on. */
export interface ValidationOptions {
  /** Policies of your own that the config may choose by name, as in the option of the same name. Default none. */
  readonly balancingPolicies?: readonly BalancingPolicyFactory[];
}

/**
 * Checks a service config as a channel would, without one: for tests and for the pipeline that publishes configs. It never throws
 * because of the config, and does not change it.
 *
 * Editors check the same with `fairlead/service-config.schema.json`, but for what a schema cannot say; where they differ, this
 * function is right.
 *
 * @param json the parsed JSON; a text is no config.
 * @throws InvalidOptionError for options that are wrong.
 *
 * @example
 * const { errors, warnings } = validateServiceConfig(JSON.parse(readFileSync('service-config.json', 'utf8')));
 */
export function validateServiceConfig(json: unknown, options: ValidationOptions = {}): ServiceConfigReport {
  const policies = knownPolicies(options.balancingPolicies, 'balancingPolicies');
  try {
    const { warnings } = parseServiceConfig(json, { policies, messageCaps: messageCapsOf({}) });
    return Object.freeze({ valid: true, errors: Object.freeze([]), warnings });
  } catch (error) {
    if (!(error instanceof InvalidServiceConfigError)) throw error;
    return Object.freeze({ valid: false, errors: error.problems, warnings: Object.freeze([]) });
  }
}
