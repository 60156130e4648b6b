import type { PolicyUpdate } from '@fairlead/core';
import type { Member } from '../member/member.js';
import { ReportStream, type ReportStreamContext } from './report-stream.js';

/** The load reports that a balancing policy wants (`PolicyUpdate.loadReports`): one stream for each ready connection. */
export class LoadReports {
  readonly #context: ReportStreamContext;
  readonly #members: () => readonly Member[];
  #wanted: PolicyUpdate['loadReports'];
  #streams: ReadonlyMap<Member, ReportStream> = new Map();

  /** @param members those of the roster, whatever their state. */
  constructor(context: ReportStreamContext, members: () => readonly Member[]) {
    this.#context = context;
    this.#members = members;
  }

  /** What the policy wants now. */
  want(wanted: PolicyUpdate['loadReports']): void {
    this.#wanted = wanted;
    this.review();
  }

  /** To be called when connections have changed. */
  review(): void {
    if (this.#wanted === undefined && this.#streams.size === 0) return;
    const previous = this.#streams;
    const streams = this.#due(previous);
    this.#streams = streams;
    for (const [member, stream] of previous) if (streams.get(member) !== stream) stream.end();
    for (const [member, stream] of streams) if (previous.get(member) !== stream) stream.start();
  }

  #due(previous: ReadonlyMap<Member, ReportStream>): ReadonlyMap<Member, ReportStream> {
    const streams = new Map<Member, ReportStream>();
    if (this.#wanted === undefined) return streams;
    const { intervalMs } = this.#wanted;
    for (const member of this.#members()) {
      const { connection } = member;
      if (connection === undefined) continue;
      const stream = previous.get(member);
      const stays = stream?.serves(connection, intervalMs);
      streams.set(member, stays ? stream! : new ReportStream(member, connection, intervalMs, this.#context));
    }
    return streams;
  }
}
