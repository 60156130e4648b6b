import type { Clock } from '@fairlead/core';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import type { ApiClient, ApiResponse } from './api-client.js';
import { apiErrorOf, retryAfterMs } from './api-status.js';
import { LinkedAbort } from './linked-abort.js';
import { rbacAdvice, type Verb } from './rbac-advice.js';
import { readBody } from './read-body.js';

/** Half of the API server's own limit for requests that are no watches. */
const LIST_TIMEOUT_MS = 30_000;

/** Parameters of a request; those that are undefined are not sent. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a reflector asks of an API server: one collection, in pages or as a stream. */
export interface ListWatch {
  /** One page of the list, as parsed JSON. @throws KubernetesApiError */
  list(query: Query, signal: AbortSignal): Promise<unknown>;
  /** The bytes of a watch, once the server has accepted it. @throws KubernetesApiError */
  watch(query: Query, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** The EndpointSlices of one Service: those that are labelled with its name, whatever their own names are. */
export class SliceApi implements ListWatch {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #path: string;
  readonly #selector: string;
  /** The server whose versions and pages we were given. */
  #versionsOf: string | undefined;

  constructor(client: ApiClient, clock: Clock, namespace: string, service: string) {
    this.#client = client;
    this.#clock = clock;
    this.#namespace = namespace;
    this.#path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
    this.#selector = `kubernetes.io/service-name=${service}`;
  }

  async list(query: Query, signal: AbortSignal): Promise<unknown> {
    const limited = new LinkedAbort(signal);
    let late = false;
    const timer = this.#clock.schedule(LIST_TIMEOUT_MS, () => {
      late = true;
      limited.abort();
    });
    try {
      const response = await this.#get('list', query, limited.signal);
      return parseJson(await readBody(response.body, this.#what('list')), this.#what('list'));
    } catch (error) {
      if (!late) throw error;
      throw new KubernetesApiError(`${this.#what('list')}: no answer within ${LIST_TIMEOUT_MS} ms`, { cause: error });
    } finally {
      timer.cancel();
      limited.release();
    }
  }

  async watch(query: Query, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get('watch', { watch: 1, ...query }, signal);
    return response.body;
  }

  async #get(verb: Verb, query: Query, signal: AbortSignal): Promise<ApiResponse> {
    const server = await this.#client.server();
    if (this.#isOfAnother(server, query)) {
      throw new KubernetesApiError(`${this.#what(verb)}: the kubeconfig names another server now`, {
        status: 410,
        reason: 'Expired',
      });
    }
    const search = new URLSearchParams({ labelSelector: this.#selector });
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const response = await this.#client.get(`${this.#path}?${search.toString()}`, signal);
    if (response.status === 200) {
      this.#versionsOf = server;
      return response;
    }
    throw await this.#errorOf(verb, response);
  }

  /** Another server would wait for a version that it may never reach. What it cannot know has expired. */
  #isOfAnother(server: string, { resourceVersion = '0', continue: page }: Query): boolean {
    const isGiven = page !== undefined || resourceVersion !== '0';
    return isGiven && this.#versionsOf !== undefined && this.#versionsOf !== server;
  }

  async #errorOf(verb: Verb, { status, retryAfter, body }: ApiResponse): Promise<KubernetesApiError> {
    const text = await readBody(body, this.#what(verb)).catch(() => '');
    const error = apiErrorOf(statusObjectOf(text), this.#what(verb), status, retryAfterMs(retryAfter));
    if (status !== 403) return error;
    const advice = rbacAdvice(verb, this.#namespace, error.message);
    const { reason, cause } = error;
    return new KubernetesApiError(`${error.message}; ${advice}`, {
      status,
      ...(reason !== undefined && { reason }),
      cause,
    });
  }

  #what(verb: Verb): string {
    return `cannot ${verb} endpointslices in the namespace ${this.#namespace}`;
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubernetesApiError(`${what}: the answer is no JSON`, { cause });
  }
}

/** Errors of proxies are texts or HTML. */
function statusObjectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200).trim() };
  }
}
