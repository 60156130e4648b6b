import type { Metadata } from '@grpc/grpc-js';
import type { TextMapSetter } from '@opentelemetry/api';
import type { OtelApi } from '../otel-api.js';

/**
 * Lets propagators write into metadata. They know text only: under a `-bin` key it is base64 (gRFC A72). What metadata cannot
 * hold is told to the API's own log and left out; a call does not fail because of its trace.
 */
export function metadataSetter({ diag }: OtelApi): TextMapSetter<Metadata> {
  return {
    set(metadata, key, value) {
      try {
        metadata.set(key, key.toLowerCase().endsWith('-bin') ? Buffer.from(value, 'base64') : value);
      } catch (error) {
        diag.warn(`Fairlead: "${key}" is not propagated`, error);
      }
    },
  };
}
