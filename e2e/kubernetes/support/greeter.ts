import type { ApiClient, ApiObject } from '../cluster/api-client.mjs';
import { NAMESPACE } from './cluster-under-test.js';
import { collectionPath } from './objects.mjs';
import { until } from './until.js';

const PATH = `${collectionPath('Deployment', NAMESPACE)}/greeter`;
/** Images have to be pulled, in a cluster of somebody. */
const STEADY_MS = 120_000;

interface DeploymentObject extends ApiObject {
  readonly spec: { readonly replicas: number };
  readonly status: Readonly<
    Partial<
      Record<'observedGeneration' | 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas', number>
    >
  >;
}

/** The Deployment that is called. */
export class Greeter {
  readonly #api: ApiClient;
  #updates = 0;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Replaces all pods, as `kubectl rollout restart` does, and waits until that is done. */
  async update(): Promise<void> {
    const annotations = { 'fairlead.example/update': `${Date.now()}-${(this.#updates += 1)}` };
    await this.#api.patch(PATH, { spec: { template: { metadata: { annotations } } } });
    await this.steady();
  }

  async scale(replicas: number): Promise<void> {
    await this.#api.patch(PATH, { spec: { replicas } });
    await this.steady();
  }

  /** All pods are of the newest kind, ready, and as many as there should be. */
  async steady(): Promise<void> {
    await until('a steady Deployment', STEADY_MS, async () => {
      const { metadata, spec, status } = await this.#api.get<DeploymentObject>(PATH);
      const counts = [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas];
      return status.observedGeneration === metadata.generation && counts.every((count = 0) => count === spec.replicas);
    });
  }
}
