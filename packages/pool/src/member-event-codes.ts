import type { EventCodeEntry } from '@fairlead/core';

/** The codes of what happens to one pod: those of a pool's events that begin with `member-`. */
export const MEMBER_EVENT_CODES = [
  {
    code: 'member-connecting',
    event: 'member',
    level: 'debug',
    when: 'A connection to a pod is being made.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-cut',
    event: 'drained',
    level: 'warn',
    when: 'A pod that left the target had calls at the grace limit; they were ended.',
    fields: ['member', 'cut'],
  },
  {
    code: 'member-drained',
    event: 'drained',
    level: 'info',
    when: 'A pod that left the target has finished its calls.',
    fields: ['member', 'cut'],
  },
  {
    code: 'member-ejected',
    event: 'ejected',
    level: 'warn',
    when: 'A pod gets no calls for a while, because too many of its calls failed.',
    fields: ['member', 'cause', 'forMs'],
  },
  {
    code: 'member-failed',
    event: 'member',
    level: 'warn',
    when: 'A pod could not be connected; the next attempt follows by backoff.',
    fields: ['member', 'from', 'to', 'cause'],
  },
  {
    code: 'member-idle',
    event: 'member',
    level: 'debug',
    when: 'The connection to a pod was closed because nobody used the channel.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-lost',
    event: 'member',
    level: 'info',
    when: 'The connection to a pod ended, as it does when a pod is replaced.',
    fields: ['member', 'from', 'to', 'cause'],
  },
  {
    code: 'member-readmitted',
    event: 'readmitted',
    level: 'info',
    when: 'A pod that was ejected gets calls again.',
    fields: ['member', 'cause', 'ejectedForMs'],
  },
  {
    code: 'member-ready',
    event: 'member',
    level: 'info',
    when: 'A pod is connected and gets calls.',
    fields: ['member', 'from', 'to'],
  },
  {
    code: 'member-rotated',
    event: 'rotated',
    level: 'info',
    when: 'The connection to a pod was replaced because of its age, or of new credentials.',
    fields: ['member', 'ageMs', 'reason'],
  },
  {
    code: 'member-unhealthy',
    event: 'member',
    level: 'warn',
    when: 'The server of a pod says that it does not serve, or cannot say; it keeps its connection and gets no calls.',
    fields: ['member', 'from', 'to', 'cause'],
  },
] as const satisfies readonly EventCodeEntry[];
