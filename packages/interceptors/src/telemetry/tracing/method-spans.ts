import { statusName } from '@fairlead/core';
import { status as Code } from '@grpc/grpc-js';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTES } from './attributes.js';
import type { ServerAddress } from '../server-address.js';
import type { RpcConventions } from './tracing-options.js';

/** How a call ended. */
export interface CallEnd {
  readonly code: Code;
  readonly details: string;
}

/** The names and attributes of the spans of one method. What is the same for all of its calls is made once. */
export class MethodSpans {
  readonly callName: string;
  /** `Attempt.package.Service.Method` (gRFC A72). */
  readonly attemptName: string;
  /** What is known of a call at its start: samplers see these. */
  readonly callAttributes: Attributes;
  readonly #semconv: RpcConventions;

  /** @param path `/package.Service/Method` */
  constructor(path: string, server: ServerAddress | undefined, semconv: RpcConventions) {
    const method = path.replace(/^\//, '');
    this.#semconv = semconv;
    this.callName = semconv === 'old' ? `grpc.${method}` : method;
    this.attemptName = `Attempt.${method.replaceAll('/', '.')}`;
    this.callAttributes = Object.freeze({
      ...(semconv === 'stable' ? {} : oldAttributes(method)),
      ...(semconv === 'old' ? {} : { [ATTRIBUTES.rpcSystemName]: 'grpc', [ATTRIBUTES.rpcMethod]: method }),
      ...(server === undefined ? {} : { [ATTRIBUTES.serverAddress]: server.address }),
      ...(server?.port === undefined ? {} : { [ATTRIBUTES.serverPort]: server.port }),
    });
  }

  /** For a client every status but OK is an error. */
  endAttributes({ code, details }: CallEnd): Attributes {
    const name = statusName(code);
    const failed = code !== Code.OK;
    const attributes: Attributes = {};
    if (this.#semconv !== 'old') {
      attributes[ATTRIBUTES.rpcStatusCode] = name;
      if (failed) attributes[ATTRIBUTES.errorType] = name;
    }
    if (this.#semconv !== 'stable') {
      attributes[ATTRIBUTES.oldStatusCode] = code;
      // As instrumentation-grpc reads them from the error that grpc-js makes of the status.
      if (failed) attributes[ATTRIBUTES.oldErrorName] = 'Error';
      if (failed) attributes[ATTRIBUTES.oldErrorMessage] = `${code} ${name}: ${details}`;
    }
    return attributes;
  }
}

function oldAttributes(method: string): Attributes {
  const slash = method.lastIndexOf('/');
  return {
    [ATTRIBUTES.oldSystem]: 'grpc',
    [ATTRIBUTES.oldService]: method.slice(0, Math.max(0, slash)),
    [ATTRIBUTES.rpcMethod]: method.slice(slash + 1),
  };
}
