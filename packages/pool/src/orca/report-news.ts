import type { PoolEmitter } from '../events.js';
import type { Member } from '../member/member.js';
import type { ReportStreamContext } from './report-stream.js';

/** Warns of members whose servers do not report, once for each. */
export function reportNews(events: PoolEmitter): Pick<ReportStreamContext, 'onUnimplemented'> {
  const told = new WeakSet<Member>();
  return {
    onUnimplemented(member) {
      if (told.has(member) || !events.listens('warning')) return;
      told.add(member);
      events.warn(
        'load-reports-unimplemented',
        `pod ${member.address} has no xds.service.orca.v3.OpenRcaService, so it does not report its load`,
      );
    },
  };
}
