import * as grpc from '@grpc/grpc-js';

/** A post of the blog. */
export interface Post {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

/** Where posts come from, whatever lies between. Undefined when there is no such post. */
export interface PostReader {
  read(id: string): Promise<Post | undefined>;
  close(): void;
}

const json = {
  serialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
  deserialize: (bytes: Buffer): unknown => JSON.parse(bytes.toString()),
};

/** Stands for generated code. JSON instead of protobuf, so that the example needs no code generator. */
export const postStorageService = {
  getPost: {
    path: '/blog.PostStorage/GetPost',
    requestStream: false,
    responseStream: false,
    requestSerialize: json.serialize,
    requestDeserialize: json.deserialize as (bytes: Buffer) => GetPostRequest,
    responseSerialize: json.serialize,
    responseDeserialize: json.deserialize as (bytes: Buffer) => Post,
  },
} as const satisfies grpc.ServiceDefinition;

/** The name that probes ask about. */
export const STORAGE_SERVICE_NAME = 'blog.PostStorage';

export interface GetPostRequest {
  readonly id: string;
}

export interface PostStorageClient extends grpc.Client {
  getPost(
    request: GetPostRequest,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: (error: grpc.ServiceError | null, post?: Post) => void,
  ): grpc.ClientUnaryCall;
}

export const PostStorageClient = grpc.makeGenericClientConstructor(
  postStorageService,
  'PostStorage',
) as unknown as new (...args: ConstructorParameters<typeof grpc.Client>) => PostStorageClient;
