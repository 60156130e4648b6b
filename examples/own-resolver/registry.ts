import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands for the registry: it answers every path with what `registration` is now. */
export async function startRegistry(registration: object): Promise<{
  readonly address: string;
  registration: object;
  readonly close: () => void;
}> {
  const server = createServer((_request, response) => {
    response.setHeader('connection', 'close').end(JSON.stringify(registry.registration));
  }).listen(0, '127.0.0.1');
  const registry = { registration, address: '', close: () => void server.close() };
  await once(server, 'listening');
  registry.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}
