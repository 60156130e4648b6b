import { ApiClient } from '../cluster/api-client.mjs';
import { readKubeconfig } from '../cluster/kubeconfig.mjs';
import { collectionPath, create, manifests } from './objects.mjs';

const { KUBECONFIG, E2E_CONTROL, E2E_DNS, E2E_IMAGE, E2E_LEDGER, E2E_NAMESPACE = 'fairlead-e2e' } = process.env;

/** What cannot be seen in this cluster, said before anything else. */
function saySkipped() {
  const skipped = [];
  if (!E2E_CONTROL)
    skipped.push('the outage of the API server, compaction, 1 000 endpoints: they need a cluster of ours');
  if (!E2E_LEDGER) skipped.push('whether a call was executed twice: the ledgers are inside of the pods');
  if (!E2E_DNS) skipped.push('dns: targets: set E2E_DNS to the address of the DNS server of the cluster');
  for (const each of skipped) process.stderr.write(`skipped: ${each}\n`);
}

export default async function setUp() {
  saySkipped();
  const api = new ApiClient(readKubeconfig(KUBECONFIG));
  try {
    const [namespace, ...others] = manifests({ namespace: E2E_NAMESPACE, image: E2E_IMAGE, ledger: E2E_LEDGER });
    await create(api, namespace);
    try {
      for (const object of others) await create(api, object);
    } catch (error) {
      // Without a set-up there is no tear-down. One that was there before is somebody else's.
      await api.delete(collectionPath('Namespace') + `/${E2E_NAMESPACE}`);
      throw error;
    }
  } finally {
    api.close();
  }
}
