// The resolver of `kubernetes:` targets with many pods: how long from an event on the wire to the new state, beyond the time
// for which changes are gathered (set to 0 here), the heap that it holds for each endpoint, and how long the package takes to
// load. Goals: ≤ 5 ms with 1000 endpoints, ≤ 1 KB, ≤ 30 ms.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom, type Resolver, type ResolverState } from '@fairlead/core';
import { kubernetesResolver } from '@fairlead/kubernetes';

const ENDPOINTS = Number(process.env['ENDPOINTS'] ?? 1_000);
const EVENTS = Number(process.env['EVENTS'] ?? 500);
const PER_SLICE = 100;

/** A slice as a real API server sends it, managed fields and all that we do not keep. */
function slice(n: number, version: number, left = -1): object {
  const endpoints = Array.from({ length: PER_SLICE }, (_, m) => ({
    addresses: [`10.${n}.${Math.floor(m / 250)}.${1 + (m % 250)}`],
    conditions: { ready: m !== left, serving: true, terminating: m === left },
    nodeName: `node-${m % 20}`,
    zone: `zone-${m % 3}`,
    hints: { forZones: [{ name: `zone-${m % 3}` }] },
    targetRef: {
      kind: 'Pod',
      namespace: 'prod',
      name: `greeter-7d4b9c-${n}-${m}`,
      uid: `5f0c1f3e-0000-4000-8000-${n}-${m}`,
    },
  }));
  const labels = { 'kubernetes.io/service-name': 'greeter', 'endpointslice.kubernetes.io/managed-by': 'controller' };
  return {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    metadata: { name: `greeter-${n}`, namespace: 'prod', resourceVersion: String(version), labels },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'grpc', port: 50_051, protocol: 'TCP' }],
  };
}

const slices = ENDPOINTS / PER_SLICE;
let watch: ServerResponse | undefined;
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (searchParams.has('sendInitialEvents')) return void response.writeHead(422).end('{}');
  response.writeHead(200, { 'content-type': 'application/json' });
  if (searchParams.has('watch')) {
    response.flushHeaders();
    watch = response;
    return;
  }
  const items = Array.from({ length: slices }, (_, n) => slice(n, 1));
  response.end(JSON.stringify({ kind: 'EndpointSliceList', metadata: { resourceVersion: '1' }, items }));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const directory = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
const kubeconfig = join(directory, 'config');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
writeFileSync(
  kubeconfig,
  JSON.stringify({
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a' } }],
    clusters: [{ name: 'a', cluster: { server: url } }],
  }),
);

const factory = kubernetesResolver({ kubeconfig, removalDelayMs: 0, additionDelayMs: 0 });

/** Bytes in use when everything that can be collected was. */
async function heap(): Promise<number> {
  for (let n = 0; n < 5; n += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

let onState: (state: ResolverState) => void = () => undefined;

function start(): Resolver {
  const target = {
    scheme: 'kubernetes',
    authority: '',
    endpoint: 'greeter.prod:grpc',
    uri: 'kubernetes:///greeter.prod:grpc',
  };
  const options = { refreshIntervalMs: 5_000 };
  const resolver = factory.create(target, { clock: systemClock, random: systemRandom, options });
  resolver.start({ onState: (state) => onState(state), onError: (error) => console.error(error.message) });
  return resolver;
}

const nextState = (): Promise<ResolverState> => new Promise((resolve) => (onState = resolve));

/** Starts a resolver that has its first state, and a watch. */
async function watching(): Promise<{ resolver: Resolver; state: ResolverState }> {
  watch = undefined;
  const first = nextState();
  const resolver = start();
  const state = await first;
  while (watch === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
  return { resolver, state };
}

// Once before it counts: code that is compiled is not the endpoints'.
(await watching()).resolver.close();
const before = await heap();
const { resolver, state } = await watching();
const perEndpoint = ((await heap()) - before) / state.endpoints.length;

const latencies: number[] = [];
const cpu: number[] = [];
for (let n = 0; n < EVENTS; n += 1) {
  const line = `${JSON.stringify({ type: 'MODIFIED', object: slice(n % slices, n + 2, Math.floor(n / slices) % PER_SLICE) })}\n`;
  const told = nextState();
  const sentAt = performance.now();
  const used = process.cpuUsage();
  watch!.write(line);
  await told;
  latencies.push(performance.now() - sentAt);
  const { user, system } = process.cpuUsage(used);
  cpu.push((user + system) / 1_000);
}
const perEndpointLater = ((await heap()) - before) / state.endpoints.length;
resolver.close();
server.closeAllConnections();
server.close();
rmSync(directory, { recursive: true });

/** The value below which so many of them are. */
function quantile(values: readonly number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? NaN;
}

/** CPU of importing a package, without the start of Node.js; the least of a few. */
function importMs(specifier: string): number {
  const source = `const before = process.cpuUsage();
    await import(${JSON.stringify(specifier)});
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`;
  const run = (): number =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' }));
  return Math.min(...Array.from({ length: 5 }, run));
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

/** A figure beside its goal. */
function print(name: string, figure: string, value: number, goal: number, unit: string): void {
  console.log(`  ${name.padEnd(16)} ${figure} (goal: ≤ ${goal} ${unit}: ${value <= goal ? 'kept' : 'MISSED'})`);
}

console.log(`Kubernetes resolver, Node ${process.version}, ${state.endpoints.length} endpoints in ${slices} slices`);
const stateP50 = quantile(latencies, 0.5);
const event = `p50 ${ms(stateP50)}, p99 ${ms(quantile(latencies, 0.99))}; CPU p50 ${ms(quantile(cpu, 0.5))}`;
print('event to state', event, stateP50, 5, 'ms');
print('heap', `${Math.round(perEndpoint)} bytes per endpoint`, perEndpoint, 1_024, 'bytes');
console.log(`  heap later       ${Math.round(perEndpointLater)} bytes per endpoint after ${EVENTS} events`);
const importing = importMs(import.meta.resolve('@fairlead/kubernetes'));
print('import', ms(importing), importing, 30, 'ms');
console.log(`  import fairlead  ${ms(importMs(import.meta.resolve('fairlead')))}`);
