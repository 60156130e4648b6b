import type { InterceptorOptions } from '../grpc-types.js';

const identity = (value: Buffer): Buffer => value;

/**
 * What interceptors inside a Channel are told of a method: its path. Messages are bytes already, and whether they stream
 * is not known here; "both may stream" is the guess under which no interceptor may assume that one message is all.
 */
export function methodDefinitionOf(path: string): InterceptorOptions['method_definition'] {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: identity,
    responseDeserialize: identity,
  };
}
