import { InvalidOptionError } from '../../errors/invalid-option-error.js';
import { count } from '../../options/number-rules.js';
import type { OptionRule } from '../../options/option-rule.js';
import { custom } from '../../options/value-rules.js';

/** Options of `ringHash`. */
export interface RingHashOptions {
  /**
   * How many entries the ring has at least: the more, the nearer each pod's share of the keys is to its weight, and the more
   * memory it takes (12 bytes each). Default 1 024; 1 to 8 388 608, at most `maxRingSize`. As gRPC's `minRingSize`.
   */
  readonly minRingSize?: number;
  /**
   * How many it has at most. Default 4 096; 1 to 8 388 608. Give it several times as many as there are pods: where there are
   * more pods than entries, some get no calls. As gRPC's `maxRingSize`.
   */
  readonly maxRingSize?: number;
  /**
   * The request header whose value decides which pod gets the call, for calls without a `setHashKey`; several values are
   * joined with `,`. Calls without it are spread over the ready pods. Letters, digits, `_`, `-` and `.`; not one that ends
   * with `-bin`. Default none. As gRPC's `requestHashHeader` (gRFC A76).
   */
  readonly requestHashHeader?: string;
}

/** Of a ring in a service config (gRFC A42); what the application itself says is not capped. */
export const CONFIGURED_RING_CAP = 4_096;
/** Of all rings (gRFC A42). */
export const MAX_RING_SIZE = 8 * 1_024 * 1_024;

const HEADER = /^[0-9a-z_.-]+$/i;
const BINARY = /-bin$/i;

const headerName: OptionRule<string | undefined> = custom((value, name) => {
  // Protobuf's word for absent.
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' && HEADER.test(value) && !BINARY.test(value)) return value.toLowerCase();
  throw new InvalidOptionError(name, value, 'the name of a header, not ending with "-bin"');
});

export const RING_HASH_RULES = {
  minRingSize: count({ default: 1_024, min: 1, max: MAX_RING_SIZE }),
  maxRingSize: count({ default: CONFIGURED_RING_CAP, min: 1, max: MAX_RING_SIZE }),
  requestHashHeader: headerName,
};
