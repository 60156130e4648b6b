import { InvalidTargetError, type Target } from '@fairlead/core';
import type { PortChoice } from '../slices/choose-port.js';

/** The pods of one Service that a target names. */
export interface KubernetesTarget {
  readonly service: string;
  /** Undefined: the namespace of the pod that we run in, or of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** A name or number of the pods' ports, as the EndpointSlices have them; undefined for the first one. */
  readonly port: PortChoice;
  /** The name without the port, as it was written, in its dotted form: what certificates are made out to. */
  readonly host: string;
}

const FORMS =
  'expected: kubernetes:///service[.namespace][:port], kubernetes://namespace/service[:port], ' +
  'kubernetes://service.namespace[:port] or kubernetes:service.namespace[:port]; the port is a number or a name';

/** RFC 1123: names of namespaces, of ports, and (with a letter first) of Services. */
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads the four forms that people use (they are those of kuberesolver for Go). After the namespace more may follow, as in
 * `greeter.prod.svc.cluster.local`. In the form with the Service as authority, a port must be a number: a URI cannot have
 * another one.
 *
 * @throws InvalidTargetError that shows the forms.
 */
export function parseKubernetesTarget(target: Target): KubernetesTarget {
  const { authority, endpoint } = target;
  const inAuthority = authority !== '' && endpoint === '';
  const [name, port] = splitPort(target, inAuthority ? authority : endpoint);
  const [service = '', ...labels] = name.replace(/\.$/, '').split('.');
  const namespaceIsAuthority = authority !== '' && !inAuthority;
  if (namespaceIsAuthority && labels.length > 0) refuse(target, 'two namespaces, one as authority and one in the name');
  const namespace = namespaceIsAuthority ? authority : labels[0];
  const names = [service, ...labels, ...(namespace === undefined ? [] : [namespace])];
  const wrong = names.find((each) => !LABEL.test(each));
  if (wrong !== undefined)
    refuse(target, wrong === '' ? 'a name is missing' : `"${wrong}" is not a name in Kubernetes`);
  const host = namespaceIsAuthority ? `${service}.${authority}` : [service, ...labels].join('.');
  return { service, namespace, port, host };
}

/** What is verified in certificates and sent as `:authority`: a named port means nothing there. */
export function authorityOf(target: Target): string {
  const { host, port } = parseKubernetesTarget(target);
  return typeof port === 'number' ? `${host}:${port}` : host;
}

function splitPort(target: Target, text: string): readonly [name: string, port: PortChoice] {
  const [name = '', port, ...more] = text.split(':');
  if (more.length > 0) refuse(target, 'too many colons');
  if (port === undefined) return [name, undefined];
  if (port === '') refuse(target, 'missing port after the colon');
  if (!/^\d+$/.test(port)) {
    if (!LABEL.test(port)) refuse(target, `"${port}" is neither a number nor a name of a port`);
    return [name, port];
  }
  const number = Number(port);
  if (number < 1 || number > 65_535) refuse(target, `port: ${port} (expected: 1 to 65535)`);
  return [name, number];
}

function refuse(target: Target, problem: string): never {
  throw new InvalidTargetError(target.uri, `${problem} (${FORMS})`);
}
