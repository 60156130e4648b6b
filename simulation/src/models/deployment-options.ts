import type { EndpointAttributes } from '@fairlead/core';
import type { ServerOptions } from './server.js';

/** How a pod of a deployment is made: its server, and what the resolver tells of it. */
export interface PodTemplate {
  readonly server: ServerOptions;
  readonly attributes?: EndpointAttributes;
}

/** A Kubernetes Deployment. */
export interface DeploymentOptions {
  readonly replicas: number;
  /** @param index counts all pods that were ever made. */
  readonly template: (index: number) => PodTemplate;
  /** Pods more than `replicas` during an update. Default 1. */
  readonly maxSurge?: number;
  /** Pods fewer than `replicas` during an update. Default 0. */
  readonly maxUnavailable?: number;
  /** From the start of a pod until it is ready, in ms. Default 2 000. */
  readonly readinessDelayMs?: number;
  /**
   * From SIGTERM until the pod takes no calls any more, in ms. The removal of its endpoint is published at the moment of
   * SIGTERM and reaches each client after its lag: if that is longer, calls race with the end of the pod. Default 0.
   */
  readonly preStopMs?: number;
  /** What a pod finishes after that, in ms; then it is killed. Default 10 000; 0 is a pod that ends rudely. */
  readonly graceMs?: number;
}

export const DEPLOYMENT_DEFAULTS = {
  maxSurge: 1,
  maxUnavailable: 0,
  readinessDelayMs: 2_000,
  preStopMs: 0,
  graceMs: 10_000,
} as const;
