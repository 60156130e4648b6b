// The resolver of `kubernetes:` targets with many pods: how long from an event on the wire to the new state, and to the new
// picker of a channel, beyond the time for which changes are gathered (set to 0 here); the heap that it holds for each
// endpoint; and how long the package takes to load. Goals: ≤ 5 ms with 1000 endpoints, ≤ 1 KB, ≤ 30 ms. The API server is
// another process, so that CPU and heap are the client's alone.
import { execFileSync } from 'node:child_process';
import { systemClock, systemRandom, type Resolver } from '@fairlead/core';
import { kubernetesResolver } from '@fairlead/kubernetes';
import * as grpc from '@grpc/grpc-js';
import { createChannel } from 'fairlead';
import { AsIfReady } from './as-if-ready.js';
import { heapInUse } from './heap-in-use.js';
import { KubernetesApi, monotonicMs } from './kubernetes-api.js';

const ENDPOINTS = Number(process.env['ENDPOINTS'] ?? 1_000);
const EVENTS = Number(process.env['EVENTS'] ?? 500);

const URI = 'kubernetes:///greeter.prod:grpc';
const api = await KubernetesApi.start(ENDPOINTS);
const factory = kubernetesResolver({ kubeconfig: api.kubeconfig, removalDelayMs: 0, additionDelayMs: 0 });

/** Called when what is waited for is there. */
let onDone: () => void = () => undefined;
const done = (): Promise<void> => new Promise((resolve) => (onDone = resolve));

/** Starts a resolver, and waits until it has its first state and a watch. */
async function watching(): Promise<Resolver> {
  const target = { scheme: 'kubernetes', authority: '', endpoint: 'greeter.prod:grpc', uri: URI };
  const options = { refreshIntervalMs: 5_000 };
  const resolver = factory.create(target, { clock: systemClock, random: systemRandom, options });
  const ready = Promise.all([done(), api.watched()]);
  resolver.start({ onState: () => onDone(), onError: (error) => console.error(error.message) });
  await ready;
  return resolver;
}

/** How long each of some events took, and the CPU of this process for it, in ms. */
interface Figures {
  readonly latencies: number[];
  readonly cpu: number[];
}

async function events(count: number): Promise<Figures> {
  const figures: Figures = { latencies: [], cpu: [] };
  for (let n = 0; n < count; n += 1) {
    const used = process.cpuUsage();
    const arrived = done().then(monotonicMs);
    const [sentAt, doneAt] = await Promise.all([api.send(), arrived]);
    const { user, system } = process.cpuUsage(used);
    figures.latencies.push(doneAt - sentAt);
    figures.cpu.push((user + system) / 1_000);
  }
  return figures;
}

/**
 * Events to the state of a resolver, and the heap that it holds before and after them, in bytes per endpoint: what its end sets
 * free. What stays is code that V8 has compiled meanwhile, some 200 KB of it.
 */
async function toState(): Promise<Figures & { readonly atFirst: number; readonly later: number }> {
  const resolver = await watching();
  const atFirst = await heapInUse();
  const figures = await events(EVENTS);
  const later = await heapInUse();
  resolver.close();
  const closed = await heapInUse();
  return { ...figures, atFirst: (atFirst - closed) / ENDPOINTS, later: (later - closed) / ENDPOINTS };
}

/** Events to the picker of a channel. It is told in the same turn in which the pool takes it. */
async function toPicker(): Promise<Figures> {
  const ready = Promise.all([done(), api.watched()]);
  const channel = createChannel(URI, grpc.credentials.createInsecure(), {
    resolvers: [factory],
    balancing: () => new AsIfReady(() => onDone()),
  });
  channel.getConnectivityState(true);
  await ready;
  await events(EVENTS / 5);
  const figures = await events(EVENTS);
  channel.close();
  return figures;
}

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

const quantiles = (values: readonly number[]): string =>
  `p50 ${quantile(values, 0.5).toFixed(2)}, p99 ${quantile(values, 0.99).toFixed(2)} ms`;

const verdict = (value: number, goal: number): string => (value <= goal ? 'kept' : 'MISSED');

/** A figure beside its goal. */
function print(name: string, figure: string, value: number, goal: number, unit: string): void {
  console.log(`  ${name.padEnd(16)} ${figure} (goal: ≤ ${goal} ${unit}: ${verdict(value, goal)})`);
}

/** The tail of the time is also that of whatever else the machine does; that of the CPU is not. */
function printLatency(name: string, { latencies, cpu }: Figures): void {
  const verdicts = [0.5, 0.99].map((q) => `p${q * 100} ${verdict(quantile(latencies, q), 5)}`).join(', ');
  console.log(`  ${name.padEnd(16)} ${quantiles(latencies)}; CPU ${quantiles(cpu)} (goal: ≤ 5 ms: ${verdicts})`);
}

// Once before it counts: code that is compiled is not the endpoints'.
await toState();
const state = await toState();
console.log(`Kubernetes resolver, Node ${process.version}, ${ENDPOINTS} endpoints in ${ENDPOINTS / 100} slices`);
printLatency('event to state', state);
printLatency('event to picker', await toPicker());
api.close();
print('heap', `${Math.round(state.atFirst)} bytes per endpoint`, state.atFirst, 1_024, 'bytes');
print(
  'heap later',
  `${Math.round(state.later)} bytes per endpoint after ${EVENTS} events`,
  state.later,
  1_024,
  'bytes',
);
const importing = importMs(import.meta.resolve('@fairlead/kubernetes'));
print('import', `${importing.toFixed(2)} ms`, importing, 30, 'ms');
console.log(`  import fairlead  ${importMs(import.meta.resolve('fairlead')).toFixed(2)} ms`);
