export { kubernetesResolver } from './kubernetes-resolver.js';
export type { KubernetesResolverOptions } from './options.js';
export { KubernetesApiError, type KubernetesApiFailure } from './errors/kubernetes-api-error.js';
export { KubernetesConfigError } from './errors/kubernetes-config-error.js';
export { KUBERNETES_ERROR_CODES } from './errors/codes.js';
