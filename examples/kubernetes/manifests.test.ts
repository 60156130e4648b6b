import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { STORAGE_SERVICE_NAME } from './blog/storage-service.js';

// What a cluster does not tell, or not before it hurts: names that must be equal, and times that must not overrun one another.

interface Labels {
  readonly [name: string]: string;
}

interface Probe {
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly command: readonly string[];
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly startupProbe?: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Service extends Manifest {
  readonly spec: {
    readonly selector: Labels;
    readonly clusterIP?: string;
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
  };
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number; readonly maxSurge: number } };
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly automountServiceAccountToken?: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [Container];
      };
    };
  };
}

interface Budget extends Manifest {
  readonly spec: { readonly maxUnavailable: number; readonly selector: { readonly matchLabels: Labels } };
}

interface Role extends Manifest {
  readonly rules: unknown;
}

interface RoleBinding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

const here = (path: string): URL => new URL(path, import.meta.url);

function documentsOf(path: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(here(path), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join(', ')}`);
    return document.toJS() as Manifest;
  });
}

const kustomization = parse(readFileSync(here('manifests/kustomization.yaml'), 'utf8')) as {
  readonly namespace: string;
  readonly resources: readonly string[];
};
const manifests = kustomization.resources.flatMap((file) => documentsOf(`manifests/${file}`));
const of = <T extends Manifest>(kind: string): readonly T[] => manifests.filter((each) => each.kind === kind) as T[];
const one = <T extends Manifest>(kind: string, name: string): T =>
  of<T>(kind).find(({ metadata }) => metadata.name === name)!;

const deployments = of<Deployment>('Deployment');
const byName = <T extends Manifest>(all: readonly T[]): (readonly [string, T])[] =>
  all.map((each) => [each.metadata.name, each] as const);
const containerOf = ({ spec }: Deployment): Container => spec.template.spec.containers[0];
const setting = (deployment: Deployment, name: string): string =>
  containerOf(deployment).env.find((each) => each.name === name)!.value;
const isIn = (labels: Labels, selector: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);
const podsOf = (selector: Labels): readonly Deployment[] =>
  deployments.filter(({ spec }) => isIn(spec.template.metadata.labels, selector));

test('all files are applied, in one namespace, and nothing is named twice', () => {
  const files = readdirSync(here('manifests')).filter((file) => file !== 'kustomization.yaml');
  expect([...kustomization.resources].sort()).toEqual(files.sort());
  const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { kind, metadata } of manifests)
    expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe(kustomization.namespace);
  expect(deployments.map(({ metadata }) => metadata.name)).toEqual(['post-storage', 'post-api']);
});

describe.each(byName(deployments))('the pods of %s', (name, deployment) => {
  const container = containerOf(deployment);
  const { spec } = deployment;

  test('have the labels by which their deployment and their budget know them', () => {
    expect(isIn(spec.template.metadata.labels, spec.selector.matchLabels)).toBe(true);
    const budget = one<Budget>('PodDisruptionBudget', name);
    expect(podsOf(budget.spec.selector.matchLabels)).toEqual([deployment]);
    expect(budget.spec.maxUnavailable).toBeGreaterThan(0);
    expect(budget.spec.maxUnavailable).toBeLessThan(spec.replicas);
  });

  test('are replaced by new ones that come first', () => {
    const { maxUnavailable, maxSurge } = spec.strategy.rollingUpdate;
    expect(maxUnavailable).toBe(0);
    expect(maxSurge).toBeGreaterThan(0);
  });

  test('have the time to end: the grace period is longer than all that comes before its end', () => {
    const { terminationGracePeriodSeconds } = spec.template.spec;
    const preStop = container.lifecycle.preStop.sleep.seconds;
    const propagation = name === 'post-storage' ? Number(setting(deployment, 'PROPAGATION_DELAY_MS')) : 0;
    const drain = Number(setting(deployment, 'DRAIN_TIMEOUT_MS'));
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + (propagation + drain) / 1_000 + 5);
    // CoreDNS lets clients keep an address for 5 s.
    expect(preStop + propagation / 1_000).toBeGreaterThanOrEqual(5);
    // The deadline of a read, and a moment for the answer.
    expect(drain).toBeGreaterThan(5_000);
  });

  test('are asked whether they are ready more often than whether they live', () => {
    const { readinessProbe, livenessProbe } = container;
    const patience = (probe: Probe): number => probe.periodSeconds * probe.failureThreshold;
    expect(patience(readinessProbe)).toBeLessThan(patience(livenessProbe));
  });

  test('are probed at ports that they have, the number of a port being that which the program is told', () => {
    const { ports, startupProbe, readinessProbe, livenessProbe } = container;
    const numberOf = new Map(ports.map((port) => [port.name, port.containerPort]));
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      if (probe?.grpc) expect(probe.grpc.port).toBe(numberOf.get('grpc'));
      if (probe?.httpGet) expect(numberOf.has(probe.httpGet.port)).toBe(true);
    }
    for (const { name: port, containerPort } of ports)
      expect(setting(deployment, `${port.toUpperCase()}_PORT`)).toBe(String(containerPort));
  });

  test('run a program of the example, from the image of its Dockerfile, and are told all that it asks for', () => {
    const main = /^lib\/kubernetes\/blog\/(.+)\.js$/.exec(container.command[1]!)![1]!;
    const sources = [main, ...(name === 'post-api' ? ['chosen-reader'] : [])];
    const source = sources.map((file) => readFileSync(here(`blog/${file}.ts`), 'utf8')).join('\n');
    const asked = [...source.matchAll(/etting\('([A-Z_]+)'\)/g)].map(([, variable]) => variable!);
    // Of the readers that are not chosen.
    const needed = asked.filter((variable) => variable !== 'STORAGE_CONNECTIONS');
    expect(container.env.map((each) => each.name).sort()).toEqual(needed.sort());
    expect(readFileSync(here('Dockerfile'), 'utf8')).toContain(`-t ${container.image} .`);
  });
});

test.each(byName(of<Service>('Service')))(
  'the Service %s is one deployment, at ports that its pods have',
  (_, service) => {
    const pods = podsOf(service.spec.selector);
    expect(pods).toHaveLength(1);
    const ports = containerOf(pods[0]!).ports.map((port) => port.name);
    for (const { targetPort } of service.spec.ports) expect(ports).toContain(targetPort);
  },
);

describe('post-storage', () => {
  const deployment = one<Deployment>('Deployment', 'post-storage');

  test('is ready by what its health service says of the service, and alive by what it says of the server', () => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(deployment);
    expect([startupProbe?.grpc?.service, readinessProbe.grpc?.service]).toEqual([
      STORAGE_SERVICE_NAME,
      STORAGE_SERVICE_NAME,
    ]);
    expect(livenessProbe.grpc?.service).toBeUndefined();
  });

  test('has a Service with an address, and a headless one for the same port of the same pods', () => {
    const service = one<Service>('Service', 'post-storage').spec;
    const headless = one<Service>('Service', 'post-storage-headless').spec;
    expect([service.clusterIP, headless.clusterIP]).toEqual([undefined, 'None']);
    expect(headless.selector).toEqual(service.selector);
    expect(service.ports).toContainEqual(headless.ports[0]);
  });

  test('lets calls on a connection that is too old end, and gives connections minutes', () => {
    expect(Number(setting(deployment, 'MAX_CONNECTION_AGE_GRACE_MS'))).toBeGreaterThan(5_000);
    expect(Number(setting(deployment, 'MAX_CONNECTION_AGE_MS'))).toBeGreaterThanOrEqual(60_000);
  });

  test('does not get a token that it does not need', () => {
    expect(deployment.spec.template.spec.automountServiceAccountToken).toBe(false);
  });
});

describe('post-api', () => {
  const deployment = one<Deployment>('Deployment', 'post-api');

  test('calls a Service by the name of a port of its pods', () => {
    const [, service, namespace, port] = /^kubernetes:\/\/\/(.+)\.(.+):(.+)$/.exec(
      setting(deployment, 'STORAGE_TARGET'),
    )!;
    expect(namespace).toBe(kustomization.namespace);
    const [pods] = podsOf(one<Service>('Service', service!).spec.selector);
    expect(containerOf(pods!).ports.map((each) => each.name)).toContain(port);
    expect(setting(deployment, 'STORAGE_CLIENT')).toBe('fairlead');
  });

  test('may do what packages/kubernetes/role.yaml grants, by an account of its own', () => {
    const [documented] = documentsOf('../../packages/kubernetes/role.yaml') as readonly Role[];
    const { roleRef, subjects } = of<RoleBinding>('RoleBinding')[0]!;
    expect(one<Role>(roleRef.kind, roleRef.name).rules).toEqual(documented!.rules);
    const account = deployment.spec.template.spec.serviceAccountName!;
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account, namespace: kustomization.namespace }]);
    expect(of('ServiceAccount').map(({ metadata }) => metadata.name)).toEqual([account]);
  });
});
