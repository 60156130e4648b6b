import type { ApiClient, ApiObject } from '../cluster/api-client.mjs';

export declare function collectionPath(kind: string, namespace: string): string;
export declare function create(api: ApiClient, object: unknown): Promise<ApiObject>;
export declare function apply(api: ApiClient, object: unknown): Promise<ApiObject>;
