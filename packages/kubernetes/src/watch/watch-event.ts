import { apiErrorOf } from '../api/api-status.js';
import { fieldsOf, stringOf } from '../api/json-fields.js';
import { KubernetesApiError } from '../errors/kubernetes-api-error.js';

/** One line of a watch. */
export type WatchEvent =
  | { readonly kind: 'put'; readonly added: boolean; readonly object: unknown; readonly version: string | undefined }
  | { readonly kind: 'delete'; readonly object: unknown; readonly version: string | undefined }
  | { readonly kind: 'bookmark'; readonly initialEventsEnd: boolean; readonly version: string | undefined }
  | { readonly kind: 'unknown'; readonly version: string | undefined };

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * Reads one line of a watch. A type that we do not know is told as such: the API may get others.
 *
 * @throws KubernetesApiError for an `ERROR` event, with its status; and as an internal error of the server's for a line
 * that is no event, as client-go does.
 */
export function parseWatchEvent(line: string): WatchEvent {
  const event = fieldsOf(parse(line));
  const object = event['object'];
  const metadata = fieldsOf(fieldsOf(object)['metadata']);
  const version = stringOf(metadata['resourceVersion']);
  switch (event['type']) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'put', added: event['type'] === 'ADDED', object, version };
    case 'DELETED':
      return { kind: 'delete', object, version };
    case 'BOOKMARK':
      return {
        kind: 'bookmark',
        initialEventsEnd: fieldsOf(metadata['annotations'])[INITIAL_EVENTS_END] === 'true',
        version,
      };
    case 'ERROR':
      throw apiErrorOf(object, 'the watch ended with an error');
    case undefined:
      throw undecodable(new Error('an event without a type'));
    default:
      return { kind: 'unknown', version };
  }
}

/** The same for whatever else cannot be read in a stream. */
export function undecodable(cause: unknown): KubernetesApiError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new KubernetesApiError(`cannot decode an event of the watch: ${message}`, {
    status: 500,
    reason: 'InternalError',
    cause,
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw undecodable(error);
  }
}
