import type { ResolverFactory } from '@fairlead/core';
import { clusterKey, locateCluster } from './cluster/locate-cluster.js';
import { resolveKubernetesOptions, type KubernetesResolverOptions } from './options.js';
import { SliceResolver } from './resolver/slice-resolver.js';
import { authorityOf, parseKubernetesTarget } from './target/kubernetes-target.js';

/**
 * The resolver of `kubernetes:` and `k8s:` targets: it watches the EndpointSlices of a Service. A pod is known the moment it
 * is ready, is left the moment it begins to terminate, and one that takes over the address of another one is another pod.
 *
 * Targets: `kubernetes:///service[.namespace][:port]`, `kubernetes://namespace/service[:port]`,
 * `kubernetes://service.namespace[:port]`, `kubernetes:service.namespace[:port]`; the port is the name or number of a port of
 * the pods, default their first. `createChannel` of `fairlead` knows them without this.
 *
 * It needs a Role that allows to `list` and `watch` `endpointslices` of `discovery.k8s.io` in the Service's namespace;
 * without it, the error of the channel prints one. All channels of a process share one watch for each Service.
 *
 * @throws InvalidOptionError. Everything else that is wrong is told by the pool, and tried again: KubernetesApiError,
 * KubernetesConfigError.
 *
 * @example
 * const pool = new Pool('kubernetes:///greeter.prod:grpc', credentials, { resolvers: [kubernetesResolver()] });
 */
export function kubernetesResolver(options: KubernetesResolverOptions = {}): ResolverFactory {
  const resolved = resolveKubernetesOptions(options);
  const { additionDelayMs, removalDelayMs } = resolved;
  return {
    schemes: ['kubernetes', 'k8s'],
    authority: authorityOf,
    create(target, { clock, random }) {
      const { service, namespace, port } = parseKubernetesTarget(target);
      return new SliceResolver({
        whom: { service, namespace, port },
        clusterKey: () => JSON.stringify([clusterKey(resolved, process.env), additionDelayMs, removalDelayMs]),
        locate: (context = resolved.context) => locateCluster({ ...resolved, context }, process.env),
        additionDelayMs,
        removalDelayMs,
        clock,
        random,
      });
    },
  };
}
