import { describe, expect, test } from '@jest/globals';
import { parseTarget, SchemeRegistry, type Target } from '@fairlead/core';
import { kubernetesResolver } from '../kubernetes-resolver.js';
import { authorityOf, parseKubernetesTarget } from './kubernetes-target.js';

const registry = new SchemeRegistry([kubernetesResolver()]);
const targetOf = (text: string): Target => parseTarget(text, registry).target;

describe('the four forms', () => {
  test.each([
    ['kubernetes:///greeter', 'greeter', undefined, undefined, 'greeter'],
    ['kubernetes:///greeter.prod', 'greeter', 'prod', undefined, 'greeter.prod'],
    ['kubernetes:///greeter.prod:grpc', 'greeter', 'prod', 'grpc', 'greeter.prod'],
    ['kubernetes:///greeter:50051', 'greeter', undefined, 50_051, 'greeter:50051'],
    ['k8s:///greeter.prod.svc.cluster.local:50051', 'greeter', 'prod', 50_051, 'greeter.prod.svc.cluster.local:50051'],
    ['kubernetes:///greeter.prod.svc.cluster.local.:grpc', 'greeter', 'prod', 'grpc', 'greeter.prod.svc.cluster.local'],
    ['kubernetes://prod/greeter:grpc', 'greeter', 'prod', 'grpc', 'greeter.prod'],
    ['kubernetes://prod/greeter', 'greeter', 'prod', undefined, 'greeter.prod'],
    ['kubernetes://greeter.prod:50051', 'greeter', 'prod', 50_051, 'greeter.prod:50051'],
    ['kubernetes://greeter.prod:50051/', 'greeter', 'prod', 50_051, 'greeter.prod:50051'],
    ['kubernetes://greeter', 'greeter', undefined, undefined, 'greeter'],
    ['kubernetes:greeter.prod:grpc', 'greeter', 'prod', 'grpc', 'greeter.prod'],
    ['KUBERNETES:greeter', 'greeter', undefined, undefined, 'greeter'],
    ['k8s:///greeter:9-port', 'greeter', undefined, '9-port', 'greeter'],
  ])('%s', (text, service, namespace, port, authority) => {
    const target = targetOf(text);
    expect(parseKubernetesTarget(target)).toMatchObject({ service, namespace, port });
    expect(authorityOf(target)).toBe(authority);
  });
});

test.each([
  ['kubernetes:///', 'a name is missing'],
  ['kubernetes:', 'a name is missing'],
  ['kubernetes:///.prod', 'a name is missing'],
  ['kubernetes:///greeter..svc', 'a name is missing'],
  ['kubernetes:///greeter:', 'missing port after the colon'],
  ['kubernetes:///greeter:0', 'port: 0 (expected: 1 to 65535)'],
  ['kubernetes:///greeter:65536', 'port: 65536 (expected: 1 to 65535)'],
  ['kubernetes:///greeter:a:b', 'too many colons'],
  ['kubernetes:///greeter:GRPC', '"GRPC" is neither a number nor a name of a port'],
  ['kubernetes:///Greeter', '"Greeter" is not a name in Kubernetes'],
  ['kubernetes:///prod/greeter', '"prod/greeter" is not a name in Kubernetes'],
  ['kubernetes://prod/greeter.other', 'two namespaces'],
  ['kubernetes://us%20er/greeter', '"us%20er" is not a name in Kubernetes'],
  [`kubernetes:///${'a'.repeat(64)}`, 'is not a name in Kubernetes'],
])('%s is refused, and the forms are shown', (text, problem) => {
  const target = targetOf(text);
  expect(() => kubernetesResolver().create(target, {} as never)).toThrow(problem);
  expect(() => parseKubernetesTarget(target)).toThrow('expected: kubernetes:///service[.namespace][:port]');
});
