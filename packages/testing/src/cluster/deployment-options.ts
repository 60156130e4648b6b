import { fileURLToPath } from 'node:url';
import {
  count,
  custom,
  durationMs,
  InvalidOptionError,
  oneOf,
  resolveOptions,
  text,
  type OptionRule,
} from '@fairlead/core';
import { SHUTDOWN_MODES, type ShutdownMode } from './pod-protocol.js';
import { podCount, type PodCount } from './rollout-limits.js';

/** A set of equal pods. */
export interface DeploymentOptions {
  /** Path or file URL of the script that each pod runs with this process's Node.js (`.js`, `.mjs`, `.cjs`). */
  readonly script: string | URL;
  /** First part of the pods' names: lower-case letters, digits and hyphens. Default `pod`. */
  readonly name?: string;
  /** How many pods. Default 1; ≥ 0. */
  readonly replicas?: number;
  /** Told to the pods. Default `v1`. */
  readonly version?: string;
  /**
   * Pods that may be missing during an update: a whole number ≥ 0, or a share of `replicas` in whole percent, rounded
   * down. Default `25%`. The numbers 0 here and in `maxSurge` together are refused; two shares that both come out as 0
   * let one pod be missing, as in Kubernetes.
   */
  readonly maxUnavailable?: PodCount;
  /**
   * Pods that may be there in excess during an update: a whole number ≥ 0, or a share in whole percent, rounded up.
   * Default `25%`.
   */
  readonly maxSurge?: PodCount;
  /** How pods are shut down. Default `graceful`. */
  readonly shutdownMode?: ShutdownMode;
  /** What the preStop hook sleeps in the mode `prestop`, in ms. Default 3000; ≥ 0. */
  readonly preStopMs?: number;
  /** From the deletion of a pod, preStop included, to SIGKILL, in ms. Default 30000; ≥ 0. */
  readonly terminationGraceMs?: number;
  /**
   * What follows when a process ends unasked. Default `replace`: a new pod at a new address, as after the loss of a
   * node, so that an address names one process in charts and ledgers. `restart`: a new process at the same address, as
   * the kubelet does with a crashed container: at once, then after 10 s, 20 s, … 5 min.
   */
  readonly onCrash?: 'replace' | 'restart';
  /** Artificial latency of each call in ms, to begin with. Default 0; ≥ 0. */
  readonly latencyMs?: number;
  /** More environment variables for the pods. */
  readonly env?: Readonly<Record<string, string>>;
}

const script: OptionRule<string> = custom((value, name) => {
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  if (typeof value === 'string' && value !== '') return value.startsWith('file:') ? fileURLToPath(value) : value;
  throw new InvalidOptionError(name, value, 'a path or a file URL');
});

const env: OptionRule<Readonly<Record<string, string>>> = custom((value, name) => {
  if (value === undefined) return {};
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && Object.values(value).every((entry) => typeof entry === 'string')) return { ...value };
  throw new InvalidOptionError(name, value, 'an object of strings');
});

const RULES = {
  script,
  name: text({ default: 'pod', pattern: /^[a-z0-9-]+$/, expected: 'lower-case letters, digits and hyphens' }),
  replicas: count({ default: 1 }),
  version: text({ default: 'v1' }),
  maxUnavailable: podCount('25%'),
  maxSurge: podCount('25%'),
  shutdownMode: oneOf<ShutdownMode>(SHUTDOWN_MODES, { default: 'graceful' }),
  preStopMs: durationMs({ default: 3_000 }),
  terminationGraceMs: durationMs({ default: 30_000 }),
  onCrash: oneOf(['replace', 'restart'], { default: 'replace' }),
  latencyMs: durationMs({ default: 0 }),
  env,
};

/** {@link DeploymentOptions} with every default filled in, and the script as a path. */
export type ResolvedDeploymentOptions = Required<Omit<DeploymentOptions, 'script'>> & { readonly script: string };

/** @throws InvalidOptionError */
export function resolveDeploymentOptions(options: DeploymentOptions): ResolvedDeploymentOptions {
  const resolved = resolveOptions(options, RULES);
  // The API server refuses it, too: such an update could never take a step.
  if (resolved.maxSurge === 0 && resolved.maxUnavailable === 0) {
    throw new InvalidOptionError('maxUnavailable', 0, 'more than 0 when maxSurge is 0');
  }
  return resolved;
}
