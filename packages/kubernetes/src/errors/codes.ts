import type { ErrorCodeEntry } from '@fairlead/core';
import { KubernetesApiError } from './kubernetes-api-error.js';
import { KubernetesConfigError } from './kubernetes-config-error.js';

/** The error codes of this package; `docs/reference/errors.md` has the same table. */
export const KUBERNETES_ERROR_CODES: readonly ErrorCodeEntry[] = [
  {
    code: KubernetesApiError.code,
    className: 'KubernetesApiError',
    status: 'UNAVAILABLE',
    meaning: 'The Kubernetes API server did not answer, refused, or answered with something else.',
  },
  {
    code: KubernetesConfigError.code,
    className: 'KubernetesConfigError',
    status: 'UNAVAILABLE',
    meaning: 'No Kubernetes cluster can be found, or its configuration, or the port of a target, cannot be used.',
  },
];
