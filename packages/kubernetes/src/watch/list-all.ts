import { conditionOf } from '../api/api-status.js';
import { fieldsOf, listOf, stringOf } from '../api/json-fields.js';
import type { ListWatch } from '../api/slice-api.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';

/** As client-go's pager. */
const PAGE_SIZE = 500;

/** A whole list. */
export interface Listing {
  readonly items: readonly unknown[];
  readonly version: string;
  /** The server had more than one page. */
  readonly paged: boolean;
}

/**
 * Gets a list in pages. A page whose `continue` has expired (the list took longer than etcd's history lasts) makes all of it
 * be asked for again, at once and whole (client-go `pager.go`).
 *
 * @param limited false leaves the pages out: with a version, only then does the server answer from its cache.
 */
export async function listAll(
  api: ListWatch,
  resourceVersion: string,
  limited: boolean,
  signal: AbortSignal,
): Promise<Listing> {
  const limit = limited ? PAGE_SIZE : undefined;
  let page = await onePage(api, { limit, resourceVersion: resourceVersion || undefined }, signal);
  const { version } = page;
  const paged = page.next !== undefined;
  const items = [...page.items];
  while (page.next !== undefined) {
    try {
      page = await onePage(api, { limit, continue: page.next }, signal);
    } catch (error) {
      if (conditionOf(error) !== 'expired') throw error;
      const whole = await onePage(api, { resourceVersion: resourceVersion || undefined }, signal);
      return { items: whole.items, version: whole.version, paged };
    }
    items.push(...page.items);
  }
  return { items, version, paged };
}

async function onePage(
  api: ListWatch,
  query: Parameters<ListWatch['list']>[0],
  signal: AbortSignal,
): Promise<{ readonly items: readonly unknown[]; readonly version: string; readonly next: string | undefined }> {
  const list = fieldsOf(await api.list(query, signal));
  const { kind, items, metadata } = list;
  // An empty list may be null. A list that is none must not empty the pool.
  if (kind !== 'EndpointSliceList' || !(Array.isArray(items) || items === null || items === undefined)) {
    const found = typeof kind === 'string' ? `a ${kind}` : 'something else';
    throw new KubernetesApiError(`cannot list endpointslices: the answer is ${found} instead of an EndpointSliceList`);
  }
  const { resourceVersion, continue: next } = fieldsOf(metadata);
  return { items: listOf(items), version: stringOf(resourceVersion) ?? '', next: stringOf(next) };
}
