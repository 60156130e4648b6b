// An API server with one Service, in a process of its own: what it needs is not counted. It sends an event when it is told to.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiCommand, ApiReply } from './kubernetes-api.js';

const PER_SLICE = 100;

/** A slice as a real API server sends it. @param left the pod that terminates, if any. */
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

const reply = (message: ApiReply): void => void process.send!(message);
const slices = Number(process.argv[2]) / PER_SLICE;
let version = 1;
let watch: ServerResponse | undefined;

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (searchParams.has('sendInitialEvents')) return void response.writeHead(422).end('{}');
  response.writeHead(200, { 'content-type': 'application/json' });
  if (searchParams.has('watch')) {
    response.flushHeaders();
    watch = response;
    return reply({ kind: 'watched' });
  }
  const items = Array.from({ length: slices }, (_, n) => slice(n, version));
  response.end(JSON.stringify({ kind: 'EndpointSliceList', metadata: { resourceVersion: String(version) }, items }));
});
server.on('connection', (socket) => socket.setNoDelay(true));

process.on('message', ({ event }: ApiCommand) => {
  version += 1;
  const object = slice(event % slices, version, Math.floor(event / slices) % PER_SLICE);
  const line = `${JSON.stringify({ type: 'MODIFIED', object })}\n`;
  const sentAt = process.hrtime();
  watch!.write(line);
  reply({ kind: 'sent', sentAt });
});
process.once('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => reply({ kind: 'listening', port: (server.address() as AddressInfo).port }));
