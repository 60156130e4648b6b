import { ApiClient } from '../cluster/api-client.mjs';
import { readKubeconfig } from '../cluster/kubeconfig.mjs';

const { KUBECONFIG, E2E_CONTROL, E2E_NAMESPACE = 'fairlead-e2e' } = process.env;

export default async function tearDown() {
  // A cluster of ours ends with all that is in it.
  if (E2E_CONTROL) return;
  const api = new ApiClient(readKubeconfig(KUBECONFIG));
  try {
    await api.delete(`/api/v1/namespaces/${E2E_NAMESPACE}`);
  } finally {
    api.close();
  }
}
