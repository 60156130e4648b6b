import { conditionOf } from '../api/api-status.js';
import { fieldsOf, stringOf } from '../api/json-fields.js';
import { LinkedAbort } from '../api/linked-abort.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';
import type { ResourceVersion } from './resource-version.js';
import { WatchStream, type WatchStreamContext } from './watch-stream.js';
import type { WatchEvent } from './watch-event.js';

/**
 * A server that knows nothing of streaming lists ignores the parameter and never says that the list is over. client-go only
 * warns of it, every 10 s.
 */
const NO_END_MS = 10_000;

/** A list that came as a stream, and the stream, which goes on as a watch. */
export interface InitialStream {
  readonly stream: WatchStream;
  readonly events: AsyncGenerator<WatchEvent, void, undefined>;
  readonly items: readonly unknown[];
  readonly version: string;
}

/**
 * The list as a stream (KEP-3157): `ADDED` for everything that there is, then a bookmark that says so. What comes before
 * that bookmark is kept apart: half a list must not empty a pool.
 *
 * @returns undefined when the server does not have it, or told anything that only an ordinary list can clear up.
 * @throws KubernetesApiError when a list would not be answered either.
 */
export async function initialStream(
  context: WatchStreamContext,
  version: ResourceVersion,
  signal: AbortSignal,
): Promise<InitialStream | undefined> {
  if (!context.habits.streamsLists) return undefined;
  try {
    return await collect(context, version.forStream(), signal);
  } catch (error) {
    const condition = conditionOf(error);
    if (condition === 'expired' || condition === 'too-large') {
      if (version.forStream() === '') return undefined;
      version.lose();
      return initialStream(context, version, signal);
    }
    const { status } = error instanceof KubernetesApiError ? error : {};
    // Nobody is there, or nobody lets us in: a list would find the same.
    if (status === undefined || status === 401 || status === 403 || condition === 'busy') throw error;
    if (status === 400 || status === 422) context.habits.streamsLists = false;
    return undefined;
  }
}

async function collect(
  context: WatchStreamContext,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<InitialStream | undefined> {
  const query = {
    sendInitialEvents: true,
    resourceVersionMatch: 'NotOlderThan',
    resourceVersion: resourceVersion || undefined,
  };
  const limited = new LinkedAbort(signal);
  let late = false;
  const limit = context.clock.schedule(NO_END_MS, () => {
    late = true;
    limited.abort();
  });
  try {
    const stream = await WatchStream.open(context, query, limited.signal);
    const found = await untilEnd(stream);
    if (found === undefined) limited.abort();
    // It was accepted and never came to its end.
    if (found === undefined && late) context.habits.streamsLists = false;
    return found;
  } catch (error) {
    limited.abort();
    if (late) return undefined;
    throw error;
  } finally {
    limit.cancel();
  }
}

/** @returns undefined when the stream ends before the list does. */
async function untilEnd(stream: WatchStream): Promise<InitialStream | undefined> {
  const events = stream.events();
  const objects = new Map<string | undefined, unknown>();
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.kind === 'bookmark' && next.value.initialEventsEnd) {
      return { stream, events, items: [...objects.values()], version: next.value.version ?? '' };
    }
    note(objects, next.value);
  }
  return undefined;
}

function note(objects: Map<string | undefined, unknown>, event: WatchEvent): void {
  if (event.kind !== 'put' && event.kind !== 'delete') return;
  const name = stringOf(fieldsOf(fieldsOf(event.object)['metadata'])['name']);
  if (event.kind === 'put') objects.set(name, event.object);
  else objects.delete(name);
}
