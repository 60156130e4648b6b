import {
  endpointAt,
  exponentialBackoff,
  InvalidTargetError,
  parseHostPort,
  type Backoff,
  type Resolver,
  type ResolverContext,
  type ResolverFactory,
  type ResolverListener,
  type Timer,
} from '@fairlead/core';

/** Two requests never begin closer than this, however often somebody asks. */
const MIN_DISTANCE_MS = 100;
const TIMEOUT_MS = 5_000;
const FIRST_BACKOFF = exponentialBackoff({ initialMs: 1_000, maxMs: 30_000, multiplier: 1.6 });

/** What the registry answers, as JSON. */
interface Registration {
  readonly pods: readonly { readonly address: string; readonly zone?: string }[];
  readonly serviceConfig?: unknown;
}

/** Asks a registry over HTTP which pods a service has, again and again. */
class RegistryResolver implements Resolver {
  #listener: ResolverListener | undefined;
  #next: Timer | undefined;
  #request: AbortController | undefined;
  #startedAt = -Infinity;
  #again = false;
  #backoff: Backoff = FIRST_BACKOFF;

  constructor(
    readonly url: string,
    readonly context: ResolverContext,
  ) {}

  start(listener: ResolverListener): void {
    this.#listener = listener;
    void this.#ask();
  }

  refresh(): void {
    // A request under way began before this call, so it cannot answer it.
    if (this.#request !== undefined) this.#again = true;
    else this.#askIn(this.#startedAt + MIN_DISTANCE_MS - this.context.clock.now());
  }

  close(): void {
    this.#listener = undefined;
    this.#next?.cancel();
    this.#request?.abort();
  }

  #askIn(delayMs: number): void {
    this.#next?.cancel();
    this.#next = this.context.clock.schedule(delayMs, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const { clock, options, random } = this.context;
    const startedAt = clock.now();
    const request = new AbortController();
    const timeout = clock.schedule(TIMEOUT_MS, () => request.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    this.#request = request;
    this.#startedAt = startedAt;
    let tell: (listener: ResolverListener) => void;
    let nextInMs = options.refreshIntervalMs;
    try {
      const state = toState(await fetchJson(this.url, request.signal));
      this.#backoff = FIRST_BACKOFF;
      tell = (listener) => listener.onState(state, startedAt);
    } catch (error) {
      nextInMs = Math.min(this.#backoff.delayMs(random), nextInMs);
      this.#backoff = this.#backoff.next();
      tell = (listener) => listener.onError(error as Error, startedAt);
    }
    timeout.cancel();
    this.#request = undefined;
    if (this.#listener === undefined) return;
    // Planned before it is told: whoever hears of it may close this, or ask again.
    this.#askIn(this.#again ? MIN_DISTANCE_MS : nextInMs);
    this.#again = false;
    tell(this.#listener);
  }
}

async function fetchJson(url: string, signal: AbortSignal): Promise<Registration> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Registration;
}

function toState({ pods, serviceConfig }: Registration): Parameters<ResolverListener['onState']>[0] {
  const endpoints = pods.map(({ address, zone }) => {
    const { host, port } = parseHostPort(address);
    return endpointAt({ kind: 'tcp', host, port }, zone === undefined ? {} : { zone });
  });
  return { endpoints, ...(serviceConfig !== undefined && { serviceConfig }), attributes: { source: 'registry' } };
}

/** `registry://host:port/service`: the pods that `http://host:port/service` names. */
export const registryResolver: ResolverFactory = {
  schemes: ['registry'],
  create({ authority, endpoint, uri }, context) {
    if (authority === '' || endpoint === '') {
      throw new InvalidTargetError(uri, 'no registry or no service (expected: registry://host:port/service)');
    }
    return new RegistryResolver(`http://${authority}/${endpoint}`, context);
  },
};
