import type { LastingWarnings } from './lasting-warnings.js';
import type { PassedOver } from './resolution.js';

/** So many are named in one warning. */
const NAMED = 3;

/**
 * Warns of what is odd in the answers of a resolver, once while they have it.
 * @param isLost an answer without endpoints, of a target that had some.
 */
export function warnOfAnswer(lasting: LastingWarnings, target: string, isLost: boolean, passedOver: PassedOver): void {
  const { attributes, duplicates } = passedOver;
  lasting.review('resolver-empty', isLost, `${target} resolved to nothing; its last known pods stay in use`);
  const ignored = `attributes of endpoints of ${target} are ignored: ${listOf(attributes)}`;
  lasting.review('resolver-attributes', attributes.length > 0, ignored);
  const leftOut = `endpoints of ${target} are left out, because another one has their address: ${listOf(duplicates)}`;
  lasting.review('resolver-duplicates', duplicates.length > 0, leftOut);
}

function listOf(notes: readonly string[]): string {
  const more = notes.length > NAMED ? `; ${notes.length - NAMED} more` : '';
  return notes.slice(0, NAMED).join('; ') + more;
}
