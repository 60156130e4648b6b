export { gracefulShutdown, type GracefulShutdown } from './graceful-shutdown.js';
export type { GracefulShutdownOptions } from './graceful-shutdown-options.js';
export type { HealthStatuses } from './health-statuses.js';
export type { ServingStatus } from './serving-status.js';
export type { ShutdownOutcome, ShutdownPhase, ShutdownReport, ShutdownTrigger } from './shutdown-report.js';
export type { ShutdownSignal } from './signal-listeners.js';
