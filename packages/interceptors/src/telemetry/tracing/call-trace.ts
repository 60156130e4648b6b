import type { Context, Span } from '@opentelemetry/api';
import { callSlot } from '../../call/call-slot.js';
import type { LiveTracing } from './live-tracing.js';
import type { MethodSpans } from './method-spans.js';

/** What is known of the trace of one call: the policy at the outside leaves it in the call's options for the attempts. */
export class CallTrace {
  readonly live: LiveTracing;
  #span: Span | undefined;
  #context: Context;

  /**
   * @param context where the call was made.
   * @param span that somebody else has made for the call, and that is active there.
   */
  constructor(live: LiveTracing, context: Context, span?: Span) {
    this.live = live;
    this.#context = context;
    this.#span = span;
  }

  /** The span of the call; undefined until the call is started. */
  get span(): Span | undefined {
    return this.#span;
  }

  /** The parent of the attempts' spans: has the span of the call, and the baggage. */
  get context(): Context {
    return this.#context;
  }

  /** The call is started. */
  begin(method: MethodSpans): Span {
    const span = this.live.startCall(method, this.#context);
    this.#span = span;
    this.#context = this.live.api.trace.setSpan(this.#context, span);
    return span;
  }
}

export const CALL_TRACE = callSlot<CallTrace>('fairlead.call-trace');
