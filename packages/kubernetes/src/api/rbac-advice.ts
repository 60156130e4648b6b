/** What is asked of the API server: everything that a Role must grant. */
export type Verb = 'list' | 'watch';

const SERVICE_ACCOUNT = /"system:serviceaccount:([^:"]+):([^:"]+)"/;

/**
 * What to do about a 403: the rule that is missing, and a Role and RoleBinding that grant it, ready for `kubectl apply`.
 *
 * @param serverText names the user who was refused.
 */
export function rbacAdvice(verb: Verb, namespace: string, serverText: string): string {
  const [, accountNamespace, account] = SERVICE_ACCOUNT.exec(serverText) ?? [];
  const subject =
    account === undefined
      ? '  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: <the user above> }'
      : `  - { kind: ServiceAccount, name: ${account}, namespace: ${accountNamespace} }`;
  // Each account has a binding of its own: applied for a second one, it would else take the right away from the first.
  const binding = ['fairlead-endpointslices', accountNamespace, account].filter(Boolean).join('-');
  return `the rule is missing that allows to ${verb} endpointslices.discovery.k8s.io in the namespace ${namespace}. Grant it:

apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: fairlead-endpointslices, namespace: ${namespace} }
rules:
  - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${binding}, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: fairlead-endpointslices }
subjects:
${subject}
`;
}
