import { FairleadError } from '@fairlead/core';

/**
 * It cannot be found out how to reach the API server, or as whom: no cluster, a kubeconfig that cannot be used, a token file
 * that cannot be read.
 */
export class KubernetesConfigError extends FairleadError {
  static readonly code = 'FAIRLEAD_KUBERNETES_CONFIG';

  /** The file, or what else was looked at. */
  readonly source: string;
  /** What is wrong with it, in words. */
  readonly problem: string;

  constructor(source: string, problem: string, options?: ErrorOptions) {
    super(KubernetesConfigError.code, `${source}: ${problem}`, options);
    this.source = source;
    this.problem = problem;
  }

  override get name(): string {
    return 'KubernetesConfigError';
  }
}
