import type { Endpoint } from '@fairlead/core';
import type { Attributes } from '@opentelemetry/api';
import type { OptionalLabel } from './metrics-options.js';

/** A member as metrics see it. */
export interface MemberFigures {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly picks: number;
  readonly inFlight: number;
}

/** One series of members. */
export interface MemberSeriesValue {
  readonly attributes: Attributes;
  readonly picks: number;
  /** Undefined when no member has the series at present. */
  readonly inFlight: number | undefined;
}

interface Row {
  readonly attributes: Attributes;
  picks: number;
}

/** What was known of a pod at the last collection. */
interface Seen {
  readonly row: Row | undefined;
  readonly picks: number;
}

const OTHER: Attributes = { 'fairlead.member': 'other' };

/**
 * Which series the picks of each member belong to. No series ever falls, and together they are always the picks of the pool:
 * a member that has left keeps its series; what has none, and what was picked between two collections by a member that
 * came and went, is in `other`.
 *
 * A pod is named by its name. Where that is not known, members are numbered: `#1` is the first one of those present, and
 * whoever comes when it has left goes on with its series. An address is a label for who asks for it.
 */
export class MemberSeries {
  readonly #limit: number;
  readonly #optional: ReadonlySet<OptionalLabel>;
  readonly #rows = new Map<string, Row>();
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(limit: number, optional: ReadonlySet<OptionalLabel>) {
    this.#limit = limit;
    this.#optional = optional;
  }

  /** @param totalPicks of the pool, those of members that left included. */
  update(members: readonly MemberFigures[], totalPicks: number): readonly MemberSeriesValue[] {
    const pods = onePerPod(members);
    const taken = new Set(pods.map(({ endpoint }) => this.#seen.get(endpoint.id)?.row));
    const seen = new Map<string, Seen>();
    const inFlight = new Map<Row | undefined, number>();
    for (const pod of pods) {
      const before = this.#seen.get(pod.endpoint.id);
      const row = before?.row ?? this.#rowFor(pod, taken);
      taken.add(row);
      seen.set(pod.endpoint.id, { row, picks: pod.picks });
      inFlight.set(row, (inFlight.get(row) ?? 0) + pod.inFlight);
      // Fewer than before: it left and came back. What is not known for sure is in `other`.
      if (row) row.picks += Math.max(0, pod.picks - (before?.picks ?? 0));
    }
    this.#seen = seen;
    return this.#values(totalPicks, inFlight);
  }

  #values(totalPicks: number, inFlight: ReadonlyMap<Row | undefined, number>): readonly MemberSeriesValue[] {
    const rows = [...this.#rows.values()];
    const inRows = rows.reduce((sum, { picks }) => sum + picks, 0);
    const other = { attributes: OTHER, picks: totalPicks - inRows, inFlight: inFlight.get(undefined) };
    return [...rows.map((row) => ({ ...row, inFlight: inFlight.get(row) })), other];
  }

  /** The series of a pod that had none; undefined when there are enough. */
  #rowFor(pod: MemberFigures, taken: ReadonlySet<Row | undefined>): Row | undefined {
    const name =
      pod.endpoint.attributes.pod ?? (this.#optional.has('fairlead.member.address') ? pod.address : undefined);
    if (name !== undefined) return this.#row(this.#attributes(name, pod));
    for (let number = 1; ; number += 1) {
      const row = this.#row(this.#attributes(`#${number}`, pod));
      if (row === undefined || !taken.has(row)) return row;
    }
  }

  #row(attributes: Attributes): Row | undefined {
    const key = JSON.stringify(attributes);
    const known = this.#rows.get(key);
    if (known !== undefined || this.#rows.size >= this.#limit) return known;
    const row = { attributes, picks: 0 };
    this.#rows.set(key, row);
    return row;
  }

  #attributes(name: string, { address, endpoint }: MemberFigures): Attributes {
    const { zone } = endpoint.attributes;
    return {
      'fairlead.member': name,
      ...(this.#optional.has('fairlead.member.address') && { 'fairlead.member.address': address }),
      ...(this.#optional.has('fairlead.member.zone') && zone !== undefined && { 'fairlead.member.zone': zone }),
    };
  }
}

/** A pod that left and came back while its old calls still run is there twice. */
function onePerPod(members: readonly MemberFigures[]): readonly MemberFigures[] {
  const byId = new Map<string, MemberFigures>();
  for (const member of members) {
    const { picks = 0, inFlight = 0 } = byId.get(member.endpoint.id) ?? {};
    byId.set(member.endpoint.id, { ...member, picks: member.picks + picks, inFlight: member.inFlight + inFlight });
  }
  return [...byId.values()];
}
