import type { EndpointSlice, SlicePort } from './endpoint-slice.js';

/** Which port of the pods is meant: one with this name, this number, or the first one of each slice. */
export type PortChoice = string | number | undefined;

/** The port of a slice that is meant. A slice that does not have it contributes no pods. */
export function choosePort(ports: readonly SlicePort[], choice: PortChoice): number | undefined {
  if (choice === undefined) return ports[0]?.port;
  return ports.find(({ name, port }) => (typeof choice === 'string' ? name === choice : port === choice))?.port;
}

/**
 * Why no slice has the port that is meant, in words; undefined when one has, or when there are no pods at all: a Service
 * without pods has a slice without ports.
 */
export function portProblem(slices: Iterable<EndpointSlice>, choice: PortChoice): string | undefined {
  const offered = new Set<string>();
  for (const { ports, pods } of slices) {
    if (pods.length === 0) continue;
    if (choosePort(ports, choice) !== undefined) return undefined;
    offered.add(ports.map(describePort).join(', '));
  }
  if (offered.size === 0) return undefined;
  const known = [...offered].filter((each) => each !== '').join(', ');
  const wanted = choice === undefined ? 'TCP port with a number' : `port ${describeChoice(choice)}`;
  return `its pods have no ${wanted} (they have: ${known === '' ? 'none' : known})`;
}

function describePort({ name, port }: SlicePort): string {
  return name === '' ? String(port) : `${name} (${port})`;
}

function describeChoice(choice: string | number): string {
  return typeof choice === 'string' ? `named "${choice}"` : String(choice);
}
