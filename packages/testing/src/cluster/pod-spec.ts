import type { Random } from '@fairlead/core';
import type { DelayRange } from './delay-range.js';
import type { EventLog } from './event-log.js';
import type { Launcher } from './launcher.js';
import type { OwnedTimers } from './owned-timers.js';
import type { Pod } from './pod.js';
import type { ShutdownMode } from './pod-protocol.js';

/** What a pod is made from. */
export interface PodSpec {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mode: ShutdownMode;
  readonly latencyMs: number;
  readonly preStopMs: number;
  readonly terminationGraceMs: number;
  readonly onCrash: 'replace' | 'restart';
  readonly ledgerFile: string;
}

/** What a pod needs from its cluster. */
export interface PodHost {
  readonly launcher: Launcher;
  readonly timers: OwnedTimers;
  readonly random: Random;
  readonly log: EventLog;
  readonly kubeletSyncMs: DelayRange;
  /** Its readiness changed, its deletion was requested, or it is gone. */
  readonly changed: (pod: Pod) => void;
}
