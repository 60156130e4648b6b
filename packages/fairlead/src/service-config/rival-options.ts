import { InvalidOptionError, type ChannelExtension, type ServiceConfig } from '@fairlead/core';

/** Options that say the same as a part of a service config, as they were given. */
export interface RivalOptions {
  readonly balancing?: unknown;
  readonly retryBudget?: unknown;
  readonly retryThrottling?: unknown;
  readonly concurrencyLimit?: unknown;
  readonly clientThrottling?: unknown;
  readonly deadlineMarginMs?: unknown;
}

/** A field of a service config that says something of the whole channel. */
export interface Rivalry {
  /** Its path. */
  readonly field: string;
  /** What must not stand beside it: its twin, and what would limit the same in another way. */
  readonly options: readonly (keyof RivalOptions)[];
  /** What a config says of it; undefined for nothing. */
  readonly said: (config: ServiceConfig) => unknown;
  /** The same config without it. */
  readonly without: (config: ServiceConfig) => ServiceConfig;
}

/** All fields that have rivals; one that is added to the service config is one more entry. */
export const RIVALRIES: readonly Rivalry[] = [
  {
    field: 'loadBalancingConfig',
    options: ['balancing'],
    said: ({ loadBalancing }) => loadBalancing,
    without: (config) => ({ ...config, loadBalancing: undefined }),
  },
  {
    field: 'retryThrottling',
    options: ['retryThrottling', 'retryBudget'],
    said: ({ retryThrottling }) => retryThrottling,
    without: (config) => ({ ...config, retryThrottling: undefined }),
  },
  extension('retryBudget', ['retryBudget', 'retryThrottling']),
  extension('concurrencyLimit', ['concurrencyLimit']),
  extension('clientThrottling', ['clientThrottling']),
  extension('deadlineMarginMs', ['deadlineMarginMs'], 'deadlineMargin'),
];

/** @throws InvalidOptionError for two options that contradict each other. */
export function checkRivals({ retryBudget, retryThrottling }: RivalOptions): void {
  if (retryBudget === undefined || retryThrottling === undefined) return;
  throw new InvalidOptionError('retryThrottling', retryThrottling, 'not set beside retryBudget');
}

function extension(
  name: keyof ChannelExtension,
  options: readonly (keyof RivalOptions)[],
  field: string = name,
): Rivalry {
  return {
    field: `fairlead.${field}`,
    options,
    said: ({ channel }) => channel[name],
    without: (config) => {
      const { [name]: _said, ...channel } = config.channel;
      return { ...config, channel };
    },
  };
}
