/**
 * Every attribute that spans can have, and where its name comes from; docs/reference/tracing.md explains them. Written out
 * and not taken from `@opentelemetry/semantic-conventions`, which is no part of the API.
 */
export const ATTRIBUTES = {
  // Semantic conventions for RPC, 1.45.0.
  rpcSystemName: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  rpcStatusCode: 'rpc.status_code',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  peerAddress: 'network.peer.address',
  peerPort: 'network.peer.port',
  // What they replaced, and what @opentelemetry/instrumentation-grpc has.
  oldSystem: 'rpc.system',
  oldService: 'rpc.service',
  oldStatusCode: 'rpc.grpc.status_code',
  oldErrorName: 'grpc.error_name',
  oldErrorMessage: 'grpc.error_message',
  // gRFC A72.
  previousAttempts: 'previous-rpc-attempts',
  transparentRetry: 'transparent-retry',
  sequenceNumber: 'sequence-number',
  messageSize: 'message-size',
  // Ours.
  attemptKind: 'fairlead.attempt.kind',
  attemptFailure: 'fairlead.attempt.failure',
  attemptRetried: 'fairlead.attempt.retried',
  attemptReason: 'fairlead.attempt.reason',
  memberId: 'fairlead.member.id',
  memberPod: 'fairlead.member.pod',
  memberNode: 'fairlead.member.node',
  memberZone: 'fairlead.member.zone',
} as const;

/** Before the name of a key of the request's metadata (semantic conventions for gRPC). */
export const REQUEST_METADATA = 'rpc.request.metadata.';

/** The events of gRFC A72. */
export const EVENTS = {
  resolved: 'Delayed name resolution complete',
  picked: 'Delayed LB pick complete',
  sent: 'Outbound message',
  received: 'Inbound message',
} as const;
