import * as grpc from '@grpc/grpc-js';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };

/** One unary method: the request is an id, the answer is the name of the pod that executed it. */
export const workService = {
  Do: {
    path: '/fairlead.demo.Work/Do',
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
} as const satisfies grpc.ServiceDefinition;

/** What a code generator would make of it. */
export interface WorkClient extends grpc.Client {
  Do(
    id: string,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: (error: grpc.ServiceError | null, pod?: string) => void,
  ): grpc.ClientUnaryCall;
}

export const WorkClient = grpc.makeGenericClientConstructor(workService, 'Work') as unknown as new (
  ...args: ConstructorParameters<typeof grpc.Client>
) => WorkClient;
