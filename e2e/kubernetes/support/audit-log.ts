import { readFileSync } from 'node:fs';
import { NAMESPACE } from './cluster-under-test.js';

/** A request for EndpointSlices, as the API server saw it. */
export interface AuditedRequest {
  readonly atMs: number;
  /** Of a watch: from which version on. */
  readonly version: string | null;
  /** All that there is was asked for, as pages or as a stream. */
  readonly lists: boolean;
}

interface AuditLine {
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly requestReceivedTimestamp: string;
  readonly auditID: string;
}

/** What a service account asked for, in order. */
export function requestsOf(account: string): readonly AuditedRequest[] {
  const lines = readFileSync(process.env['E2E_AUDIT_LOG'] ?? '', 'utf8').split('\n');
  const requests = new Map<string, AuditedRequest>();
  for (const line of lines) {
    if (!line.includes(`system:serviceaccount:${NAMESPACE}:${account}"`)) continue;
    const { requestURI, requestReceivedTimestamp, auditID } = JSON.parse(line) as AuditLine;
    const { searchParams } = new URL(requestURI, 'https://api');
    const lists = !searchParams.has('watch') || searchParams.get('sendInitialEvents') === 'true';
    // A watch is written down twice, when it begins and when it ends.
    requests.set(auditID, {
      atMs: Date.parse(requestReceivedTimestamp),
      version: searchParams.get('resourceVersion'),
      lists,
    });
  }
  return [...requests.values()].sort((a, b) => a.atMs - b.atMs);
}
