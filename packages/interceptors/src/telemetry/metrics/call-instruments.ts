import type { Counter, Histogram } from '@opentelemetry/api';
import type { InstrumentName } from './instruments.js';
import type { SharedMeter } from './shared-meter.js';

/** The instruments that calls and attempts are recorded with; undefined where one is off. */
export interface CallInstruments {
  readonly rpcCallDuration: Histogram | undefined;
  readonly callDuration: Histogram | undefined;
  readonly attemptStarted: Counter | undefined;
  readonly attemptDuration: Histogram | undefined;
  readonly attemptSent: Histogram | undefined;
  readonly attemptReceived: Histogram | undefined;
  readonly retries: Histogram | undefined;
  readonly transparentRetries: Histogram | undefined;
  readonly hedges: Histogram | undefined;
  readonly retryDelay: Histogram | undefined;
}

export function callInstruments(meter: SharedMeter, enabled: ReadonlySet<InstrumentName>): CallInstruments {
  const histogram = (name: InstrumentName): Histogram | undefined =>
    enabled.has(name) ? meter.histogram(name) : undefined;
  return {
    rpcCallDuration: histogram('rpc.client.call.duration'),
    callDuration: histogram('grpc.client.call.duration'),
    attemptStarted: enabled.has('grpc.client.attempt.started')
      ? meter.counter('grpc.client.attempt.started')
      : undefined,
    attemptDuration: histogram('grpc.client.attempt.duration'),
    attemptSent: histogram('grpc.client.attempt.sent_total_compressed_message_size'),
    attemptReceived: histogram('grpc.client.attempt.rcvd_total_compressed_message_size'),
    retries: histogram('grpc.client.call.retries'),
    transparentRetries: histogram('grpc.client.call.transparent_retries'),
    hedges: histogram('grpc.client.call.hedges'),
    retryDelay: histogram('grpc.client.call.retry_delay'),
  };
}

/** Whether something is recorded once for each attempt. */
export function measuresAttempts(instruments: CallInstruments): boolean {
  const { attemptStarted, attemptDuration, attemptSent, attemptReceived } = instruments;
  return [attemptStarted, attemptDuration, attemptSent, attemptReceived].some((one) => one !== undefined);
}

/** Whether the attempts of a call are counted (gRFC A96). */
export function countsAttempts({ retries, transparentRetries, hedges, retryDelay }: CallInstruments): boolean {
  return [retries, transparentRetries, hedges, retryDelay].some((one) => one !== undefined);
}

/** Whether something is recorded once for each call. */
export function measuresCalls(instruments: CallInstruments): boolean {
  const { callDuration, rpcCallDuration } = instruments;
  return callDuration !== undefined || rpcCallDuration !== undefined || countsAttempts(instruments);
}
