import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const read = (path) =>
  parseAllDocuments(readFileSync(new URL(path, import.meta.url), 'utf8')).map((document) => document.toJS());

/** The paths of the kinds that are created here, in a namespace; without one for the namespace itself. */
const COLLECTIONS = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/namespaces/{}/serviceaccounts',
  Secret: '/api/v1/namespaces/{}/secrets',
  Service: '/api/v1/namespaces/{}/services',
  Deployment: '/apis/apps/v1/namespaces/{}/deployments',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings',
};

/** The path of all objects of a kind. */
export function collectionPath(kind, namespace) {
  return COLLECTIONS[kind].replace('{}', namespace);
}

/** Creates an object, whatever it is. */
export function create(api, object) {
  return api.post(collectionPath(object.kind, object.metadata.namespace), object);
}

/** As `kubectl apply` would: creates an object, or puts it in the place of the one of its name. */
export async function apply(api, object) {
  try {
    return await create(api, object);
  } catch (error) {
    if (error.status !== 409) throw error;
    return api.put(`${collectionPath(object.kind, object.metadata.namespace)}/${object.metadata.name}`, object);
  }
}

/** What the suite begins with; Role and RoleBinding are exactly those that `@fairlead/kubernetes` publishes. */
export function manifests({ namespace, image, ledger }) {
  const [role, binding] = read('../../../packages/kubernetes/role.yaml');
  binding.subjects = [{ kind: 'ServiceAccount', name: 'client', namespace }];
  const objects = [...read('../manifests.yaml'), role, binding];
  for (const { kind, metadata, spec } of objects) {
    if (kind === 'Namespace') metadata.name = namespace;
    else metadata.namespace = namespace;
    if (kind !== 'Deployment') continue;
    const [container] = spec.template.spec.containers;
    if (image) container.image = image;
    const path = container.env.find(({ name }) => name === 'FAIRLEAD_POD_LEDGER');
    if (ledger) path.value = `${ledger}/$(FAIRLEAD_POD_NAME).ids`;
  }
  return objects;
}
