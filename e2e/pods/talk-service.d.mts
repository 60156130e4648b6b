import type * as grpc from '@grpc/grpc-js';

export declare const talkService: { readonly Talk: grpc.MethodDefinition<string, string> };
