import type { MemberConnectivity } from '../../pick/picker.js';

/**
 * The state of a ring from the states of its members (gRFC A42 and A61, the first that applies): any ready → ready; two
 * failed → transient-failure; any connecting → connecting; one failed of several → connecting; any idle → idle; else
 * transient-failure.
 *
 * Two failures are many for a policy that connects only what it needs: one above (priority) should look elsewhere.
 */
export function ringConnectivity(states: readonly MemberConnectivity[]): MemberConnectivity {
  if (states.includes('ready')) return 'ready';
  const failed = states.filter((state) => state === 'transient-failure').length;
  if (failed >= 2) return 'transient-failure';
  if (states.includes('connecting')) return 'connecting';
  if (failed === 1 && states.length > 1) return 'connecting';
  return states.includes('idle') ? 'idle' : 'transient-failure';
}
