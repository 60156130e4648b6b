import { createHook, type AsyncHook } from 'node:async_hooks';
import { captureStack, framesOf, type Leak } from './leak.js';
import { isResident } from './resident.js';

/**
 * Types whose end Node.js tells at once. Not here, because their end is told by the garbage collector only: `TLSWRAP`,
 * `HTTP2SESSION` and `HTTP2STREAM`, whose sockets are here, and `DNSCHANNEL`, whose queries are.
 */
const TRACKED: ReadonlySet<string> = new Set([
  'Timeout',
  'Immediate',
  'TCPWRAP',
  'TCPSERVERWRAP',
  'TCPCONNECTWRAP',
  'PIPEWRAP',
  'PIPESERVERWRAP',
  'PIPECONNECTWRAP',
  'TTYWRAP',
  'UDPWRAP',
  'GETADDRINFOREQWRAP',
  'GETNAMEINFOREQWRAP',
  'QUERYWRAP',
  'PROCESSWRAP',
  'SIGNALWRAP',
  'FSEVENTWRAP',
  'STATWATCHER',
  'WORKER',
]);

interface Tracked {
  readonly kind: string;
  readonly resource: object;
  readonly createdAt: Error;
}

/** Knows the resources of the process that were created since its start and have not ended. */
export class ResourceTracker {
  readonly #alive = new Map<number, Tracked>();
  readonly #hook: AsyncHook;
  #paused = false;

  constructor() {
    const hooks = {
      init: (id: number, kind: string, _trigger: number, resource: object): void => {
        if (this.#paused || !TRACKED.has(kind)) return;
        this.#alive.set(id, { kind, resource, createdAt: captureStack() });
      },
      destroy: (id: number): void => void this.#alive.delete(id),
      // Where Node.js knows it: promises, which are not tracked, then cost nothing.
      trackPromises: false,
    };
    this.#hook = createHook(hooks).enable();
  }

  leaks(): readonly Leak[] {
    const found: Leak[] = [];
    for (const { kind, resource, createdAt } of this.#alive.values()) {
      const frames = framesOf(createdAt);
      if (!isResident(kind, frames)) found.push({ kind, detail: describe(resource), stack: frames.join('\n') });
    }
    return found;
  }

  /** Runs `create`, whose resources are not tracked. */
  untracked<T>(create: () => T): T {
    this.#paused = true;
    try {
      return create();
    } finally {
      this.#paused = false;
    }
  }

  stop(): void {
    this.#hook.disable();
    this.#alive.clear();
  }
}

/** What timers and handles have in common with what we want to know. */
interface Describable {
  readonly hasRef?: () => boolean;
  readonly _idleTimeout?: number;
  readonly _repeat?: number | null;
  readonly getsockname?: (out: SocketName) => number;
  readonly getpeername?: (out: SocketName) => number;
}

interface SocketName {
  address?: string;
  port?: number;
}

function describe(resource: Describable): string {
  const parts: string[] = [];
  if (typeof resource._idleTimeout === 'number') {
    parts.push(`${typeof resource._repeat === 'number' ? 'every' : 'in'} ${resource._idleTimeout} ms`);
  }
  const names = [nameOf(resource.getsockname?.bind(resource)), nameOf(resource.getpeername?.bind(resource))];
  const addresses = names.filter((name) => name !== undefined);
  if (addresses.length > 0) parts.push(addresses.join(' → '));
  if (resource.hasRef?.() === false) parts.push("unref'd");
  return parts.join(', ');
}

function nameOf(ask: ((out: SocketName) => number) | undefined): string | undefined {
  const name: SocketName = {};
  try {
    ask?.(name);
  } catch {
    // A handle that is being closed.
  }
  return name.address === undefined ? undefined : `${name.address}:${name.port}`;
}
