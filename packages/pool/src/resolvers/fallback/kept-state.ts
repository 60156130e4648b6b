import { InvalidOptionError, validateEndpoints, type ResolverState } from '@fairlead/core';

/** The first field of such a file: nothing else is taken for one. */
const KIND = 'fairlead/last-known-good';
const VERSION = 1;

/** What stands in a file. It has no credentials, and what a resolver says has none. */
interface KeptState {
  readonly kind: typeof KIND;
  readonly version: typeof VERSION;
  /** Of the channel. */
  readonly target: string;
  /** Who said so. */
  readonly source: string;
  readonly asOf: string;
  readonly endpoints: ResolverState['endpoints'];
  readonly serviceConfig?: unknown;
}

export function encodeState(target: string, source: string, state: ResolverState, asOfMs: number): string {
  const { endpoints, serviceConfig } = state;
  const asOf = new Date(asOfMs).toISOString();
  const kept: KeptState = { kind: KIND, version: VERSION, target, source, asOf, endpoints, serviceConfig };
  return `${JSON.stringify(kept, undefined, 1)}\n`;
}

/** @throws Error when the text is none of ours, of another version or target, damaged, or older than `maxAgeMs`, or as much too new. */
export function decodeState(text: string, target: string, nowMs: number, maxAgeMs: number): ResolverState {
  const kept = parse(text) as Partial<Record<keyof KeptState, unknown>> | null;
  if (typeof kept !== 'object' || kept?.kind !== KIND) throw new Error(`it is no such file (expected: kind ${KIND})`);
  const { asOf, endpoints, serviceConfig, source, version } = kept;
  if (version !== VERSION) throw new InvalidOptionError('version', version, `${VERSION}`);
  if (kept.target !== target) throw new InvalidOptionError('target', kept.target, target);
  const asOfMs = typeof asOf === 'string' ? Date.parse(asOf) : NaN;
  if (Number.isNaN(asOfMs)) throw new InvalidOptionError('asOf', asOf, 'a time');
  const ageMs = Math.max(0, nowMs - asOfMs);
  // Written by a clock that was wrong: how old it is, nobody knows.
  if (asOfMs - nowMs > maxAgeMs) throw new InvalidOptionError('asOf', asOf, 'a time that has come');
  if (ageMs > maxAgeMs)
    throw new Error(`it is ${Math.round(ageMs / 1_000)} s old (expected: at most ${maxAgeMs / 1_000} s)`);
  validateEndpoints(endpoints as ResolverState['endpoints']);
  return {
    endpoints: endpoints as ResolverState['endpoints'],
    ...(serviceConfig !== undefined && { serviceConfig }),
    asOfMs,
    attributes: { source: 'last-known-good', asOf, ageMs, learntFrom: source },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
