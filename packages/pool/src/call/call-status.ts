import * as grpc from '@grpc/grpc-js';
import { classifyFailure, type FailureClass } from '@fairlead/core';

/** A status that this process makes itself. Its metadata is empty, by which it is told from a server's. */
export function localStatus(code: grpc.status, details: string): grpc.StatusObject {
  return { code, details, metadata: new grpc.Metadata() };
}

/** Whether the status came from the server: after headers, or with metadata of its own (content-type at the least). */
export function isFromServer(status: grpc.StatusObject, sawHeaders: boolean): boolean {
  return sawHeaders || Object.keys(status.metadata.getMap()).length > 0;
}

/** What class of failure the status is; undefined for OK. */
export function failureOf(status: grpc.StatusObject, sawHeaders: boolean): FailureClass | undefined {
  const { code, details } = status;
  if (code === grpc.status.OK) return undefined;
  return classifyFailure({ code, details, fromServer: isFromServer(status, sawHeaders) });
}
