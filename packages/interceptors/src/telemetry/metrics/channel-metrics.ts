import type { Clock } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import type { MeterProvider } from '@opentelemetry/api';
import { asInterceptingCall } from '../../grpc-types.js';
import { ATTEMPTS, CallAttempts } from './call-attempts.js';
import {
  callInstruments,
  countsAttempts,
  measuresAttempts,
  measuresCalls,
  type CallInstruments,
} from './call-instruments.js';
import { ChannelReport, type MetricsSource } from './channel-report.js';
import { MeasuredAttempt } from './measured-attempt.js';
import { MeasuredCall } from './measured-call.js';
import { MethodMeter } from './method-meter.js';
import type { ResolvedMetricsOptions } from './metrics-options.js';
import { serverAddressOf } from '../server-address.js';
import { SharedMeter } from './shared-meter.js';

/** More methods than a client has; whatever makes up paths at run time must not make series without end. */
const MAX_METHODS = 1_000;

/** The metrics of one channel. A channel without the option `metrics` has none, and nothing of this in its chains. */
export class ChannelMetrics {
  readonly #options: ResolvedMetricsOptions;
  readonly #target: string;
  readonly #clock: Clock;
  readonly #meter: SharedMeter;
  readonly #instruments: CallInstruments;
  readonly #methods = new Map<string, MethodMeter>();
  readonly #others: MethodMeter;
  #report: ChannelReport | undefined;

  /** @param target canonical, as the channel's `getTarget()` answers it (gRFC A66). */
  constructor(options: ResolvedMetricsOptions, target: string, clock: Clock) {
    this.#options = options;
    this.#target = target;
    this.#clock = clock;
    this.#meter = SharedMeter.of(options.meterProvider as MeterProvider);
    this.#instruments = callInstruments(this.#meter, options.instruments);
    this.#others = this.#newMethod(undefined);
  }

  /** Reports this state at each collection, until `close()`. */
  observe(source: MetricsSource): void {
    const report = new ChannelReport(source, this.#target, this.#options);
    if (report.instruments.length === 0) return;
    this.#report = report;
    this.#meter.observe(report);
  }

  /** Reads the state for the last time. Idempotent. Calls that still run are recorded at their end. */
  close(): void {
    if (this.#report) this.#meter.forget(this.#report);
    this.#report = undefined;
  }

  /** Measures the calls of a method; undefined when nothing of them is measured. */
  callInterceptor(path: string): grpc.Interceptor | undefined {
    if (!measuresCalls(this.#instruments)) return undefined;
    const meter = this.#method(path);
    const counting = countsAttempts(this.#instruments);
    const clock = this.#clock;
    return (options, nextCall) => {
      const startedAt = clock.now();
      const attempts = counting ? new CallAttempts() : undefined;
      const next = nextCall(attempts ? ATTEMPTS.attach(options, attempts) : options);
      return asInterceptingCall(new MeasuredCall(next, meter, clock, startedAt, attempts));
    };
  }

  /** Measures the attempts of a method; undefined when nothing of them is measured. */
  attemptInterceptor(path: string): grpc.Interceptor | undefined {
    if (!measuresAttempts(this.#instruments) && !countsAttempts(this.#instruments)) return undefined;
    const meter = this.#method(path);
    const clock = this.#clock;
    return (options, nextCall) =>
      asInterceptingCall(new MeasuredAttempt(nextCall(options), meter, clock, ATTEMPTS.of(options)));
  }

  #method(path: string): MethodMeter {
    const name = path.slice(1);
    const known = this.#methods.get(name);
    if (known !== undefined) return known;
    if (this.#methods.size >= MAX_METHODS || !this.#options.methodAttributeFilter(name)) return this.#others;
    const method = this.#newMethod(name);
    this.#methods.set(name, method);
    return method;
  }

  #newMethod(name: string | undefined): MethodMeter {
    const { address, port } = serverAddressOf(this.#target);
    const server = { 'server.address': address, ...(port !== undefined && { 'server.port': port }) };
    return new MethodMeter(name, this.#target, server, this.#instruments);
  }
}
