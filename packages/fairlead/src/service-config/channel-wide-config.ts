import type { ChannelExtension, RetryThrottling, ServiceConfig } from '@fairlead/core';
import type { ChannelWideSettings } from '@fairlead/interceptors';
import type { BudgetSettings } from './live-budget.js';

/** What the options say of a whole channel: the twins of fields of a service config. */
export type ChannelWideOptions = { readonly [K in keyof ChannelExtension]: ChannelExtension[K] | undefined } & {
  readonly retryThrottling?: RetryThrottling | undefined;
};

/**
 * What holds for all calls of a channel: the options, and the service config where they say nothing. They never both say the
 * same: whoever reads the config sees to it.
 */
export class ChannelWideConfig {
  readonly #options: ChannelWideOptions;

  constructor(options: ChannelWideOptions) {
    this.#options = options;
  }

  /** What limits retries and hedges. */
  budget({ retryThrottling, channel }: ServiceConfig): BudgetSettings {
    const own = this.#options;
    return {
      retryThrottling: own.retryThrottling ?? retryThrottling,
      retryBudget: own.retryBudget ?? channel.retryBudget,
    };
  }

  /** What the policies of the channel follow. */
  policies({ channel }: ServiceConfig): ChannelWideSettings {
    const own = this.#options;
    return {
      concurrencyLimit: own.concurrencyLimit ?? channel.concurrencyLimit,
      clientThrottling: own.clientThrottling ?? channel.clientThrottling,
      deadlineMarginMs: own.deadlineMarginMs ?? channel.deadlineMarginMs,
    };
  }
}
