import { InvalidOptionError } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { asInterceptingCall } from '../../grpc-types.js';
import { globalProvider, otelApi, type OtelApi } from '../otel-api.js';
import { CALL_TRACE, CallTrace } from './call-trace.js';
import { instrumentedSpan } from './instrumented-span.js';
import { LiveTracing } from './live-tracing.js';
import { MethodSpans } from './method-spans.js';
import { serverAddressOf } from '../server-address.js';
import { TracedAttempt } from './traced-attempt.js';
import { TracedCall } from './traced-call.js';
import { resolveTracingOptions, type ResolvedTracingOptions, type TracingOptions } from './tracing-options.js';
import type { TracingPolicies } from './tracing-policies.js';
import { UntracedAttempt } from './untraced-attempt.js';

/** The tracing of one channel. */
export class Tracing implements TracingPolicies {
  readonly #options: ResolvedTracingOptions;
  readonly #target: string | undefined;
  readonly #loadApi: () => OtelApi | undefined;
  #provider: object | undefined;
  #live: LiveTracing | undefined;

  constructor(options: ResolvedTracingOptions, target: string | undefined, loadApi = otelApi) {
    this.#options = options;
    this.#target = target;
    this.#loadApi = loadApi;
    if (options.tracerProvider && loadApi() === undefined) {
      throw new InvalidOptionError(
        'tracing.tracerProvider',
        options.tracerProvider,
        'with @opentelemetry/api installed',
      );
    }
  }

  /**
   * @returns undefined when nothing is to be traced.
   * @throws InvalidOptionError
   */
  static create(given: boolean | TracingOptions | undefined, target: string | undefined): Tracing | undefined {
    const options = resolveTracingOptions(given);
    return options && new Tracing(options, target);
  }

  call(path: string): grpc.Interceptor {
    const method = this.#describe(path);
    return (options, nextCall) => {
      const live = this.#listening();
      if (live === undefined) return asInterceptingCall(nextCall(options));
      const context = live.api.context.active();
      const theirs = instrumentedSpan(live.api, context, path);
      const trace = new CallTrace(live, context, theirs);
      const call = nextCall(CALL_TRACE.attach(options, trace));
      return asInterceptingCall(theirs ? call : new TracedCall(call, trace, method, this.#options));
    };
  }

  attempt(path: string): grpc.Interceptor {
    const { attemptSpans, messageEvents } = this.#options;
    const method = this.#describe(path);
    return (options, nextCall) => {
      const trace = CALL_TRACE.of(options);
      const call = nextCall(options);
      if (trace === undefined) return asInterceptingCall(call);
      const attempt = attemptSpans
        ? new TracedAttempt(call, trace, method, messageEvents)
        : new UntracedAttempt(call, trace);
      return asInterceptingCall(attempt);
    };
  }

  #describe(path: string): MethodSpans {
    const server = this.#target === undefined ? undefined : serverAddressOf(this.#target);
    return new MethodSpans(path, server, this.#options.semconv);
  }

  /** Undefined while nobody would see a span. A provider may be registered after the channel was made, and replaced. */
  #listening(): LiveTracing | undefined {
    const provider = this.#options.tracerProvider ?? globalProvider('trace');
    if (provider !== this.#provider) {
      this.#provider = provider;
      const api = provider && this.#loadApi();
      this.#live = api && new LiveTracing(api, this.#options);
    }
    return this.#live;
  }
}
