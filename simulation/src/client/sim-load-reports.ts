import type { PolicyUpdate } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import type { Connection } from './connection.js';
import type { LoadReportStream } from './load-report-stream.js';
import type { SimMember } from './sim-member.js';

/** The load reports that a policy wants (`PolicyUpdate.loadReports`), as the pool gets them: one stream for each connection. */
export class SimLoadReports {
  readonly #engine: Engine;
  readonly #streams = new Map<Connection, LoadReportStream>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What the policy wants now, of these. To be called when connections have changed, too. */
  review(wanted: PolicyUpdate['loadReports'], members: readonly SimMember[]): void {
    if (wanted === undefined && this.#streams.size === 0) return;
    const due = new Map<Connection, SimMember>();
    if (wanted !== undefined) for (const each of members) if (each.connection) due.set(each.connection, each);
    for (const [connection, stream] of [...this.#streams]) {
      if (due.has(connection) && stream.intervalMs === wanted?.intervalMs) due.delete(connection);
      else this.#end(connection, stream);
    }
    for (const [connection, member] of due) this.#begin(connection, member, wanted!.intervalMs);
  }

  #begin(connection: Connection, { load }: SimMember, intervalMs: number): void {
    const stream = connection.streamReports(intervalMs, (report) => load.report?.(report, this.#engine.now));
    this.#streams.set(connection, stream);
  }

  #end(connection: Connection, stream: LoadReportStream): void {
    this.#streams.delete(connection);
    stream.end();
  }
}
