import type { SpanContext } from '@opentelemetry/api';
import { otelApi } from '../otel-api.js';
import { decodeTraceBin, encodeTraceBin } from './trace-bin-format.js';

const KEY = 'grpc-trace-bin';

/** `Context` of `@opentelemetry/api`, as far as it is needed; written out, so that our types need no other package. */
export interface ContextLike {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): ContextLike;
  deleteValue(key: symbol): ContextLike;
}

/** `Metadata` of grpc-js, which takes bytes as they are. */
interface BinaryCarrier {
  getMap(): unknown;
  get(key: string): readonly (string | Buffer)[];
  set(key: string, value: Buffer): void;
}

/**
 * Propagates the trace context as OpenCensus and older gRPC libraries do: in the binary header `grpc-trace-bin` (gRFC A72).
 * A `TextMapPropagator`; put it beside the W3C one in a `CompositePropagator` while both kinds of peers exist.
 *
 * Into and out of the `Metadata` of grpc-js it goes as bytes, whoever calls it, `@opentelemetry/instrumentation-grpc`
 * included; through any other carrier as base64. The trace state has no place in it.
 */
export class GrpcTraceBinPropagator {
  inject<C>(context: ContextLike, carrier: C, setter: { set(carrier: C, key: string, value: string): void }): void {
    const api = otelApi();
    const spanContext = api?.trace.getSpanContext(context);
    if (!api || !spanContext || !api.isSpanContextValid(spanContext)) return;
    const bytes = encodeTraceBin(spanContext);
    if (isBinary(carrier)) carrier.set(KEY, bytes);
    else setter.set(carrier, KEY, bytes.toString('base64'));
  }

  extract<X extends ContextLike, C>(
    context: X,
    carrier: C,
    getter: { get(carrier: C, key: string): string | string[] | undefined },
  ): X {
    const api = otelApi();
    const bytes = isBinary(carrier) ? carrier.get(KEY)[0] : [getter.get(carrier, KEY)].flat()[0];
    if (!api || bytes === undefined) return context;
    const spanContext = decodeTraceBin(typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : bytes);
    if (!spanContext || !api.isSpanContextValid(spanContext)) return context;
    const remote: SpanContext = { ...spanContext, isRemote: true };
    return api.trace.setSpanContext(context, remote) as unknown as X;
  }

  fields(): string[] {
    return [KEY];
  }
}

function isBinary(carrier: unknown): carrier is BinaryCarrier {
  return typeof carrier === 'object' && carrier !== null && 'getMap' in carrier && typeof carrier.getMap === 'function';
}
