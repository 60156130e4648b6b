import type { ApiClient, ApiObject } from '../cluster/api-client.mjs';
import { NAMESPACE } from './cluster-under-test.js';
import { collectionPath } from './objects.mjs';

interface SliceObject extends ApiObject {
  readonly endpoints: readonly {
    readonly targetRef: { readonly name: string };
    readonly conditions: { readonly ready?: boolean; readonly terminating?: boolean };
  }[];
}

/** What the EndpointSlices said of a pod, and when that reached this process. Times are those of `performance.now()`. */
export interface PodTimes {
  readyAt: number | undefined;
  terminatingAt: number | undefined;
}

/** A watch of its own, with a client of its own: what any client in this process could have known, and since when. */
export class SliceWatch {
  readonly pods = new Map<string, PodTimes>();
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  private constructor(api: ApiClient, path: string, version: string | undefined) {
    this.#ended = this.#follow(api, `${path}&resourceVersion=${version}`);
  }

  static async start(api: ApiClient): Promise<SliceWatch> {
    const path = `${collectionPath('EndpointSlice', NAMESPACE)}?labelSelector=kubernetes.io/service-name%3Dgreeter`;
    const list = await api.get<ApiObject & { readonly items: readonly SliceObject[] }>(path);
    const watch = new SliceWatch(api, path, list.metadata.resourceVersion);
    for (const slice of list.items) watch.#see(slice);
    return watch;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #follow(api: ApiClient, path: string): Promise<void> {
    try {
      for await (const { object } of api.watch<SliceObject>(path, this.#abort.signal)) this.#see(object);
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }

  #see({ endpoints }: SliceObject): void {
    const now = performance.now();
    for (const { targetRef, conditions } of endpoints ?? []) {
      const times = this.pods.get(targetRef.name) ?? { readyAt: undefined, terminatingAt: undefined };
      this.pods.set(targetRef.name, times);
      if (conditions.ready === true) times.readyAt ??= now;
      if (conditions.terminating === true) times.terminatingAt ??= now;
    }
  }
}
