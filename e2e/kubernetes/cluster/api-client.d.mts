/** How to reach an API server, and as whom. */
export interface Access {
  readonly server: string;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  readonly skipTlsVerify?: boolean | undefined;
}

export declare class ApiError extends Error {
  readonly status: number;
}

/** The parts of an object that the suite reads. What is read is what the suite, or the API server, wrote. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
  };
}

export interface WatchEvent<T = ApiObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export declare class ApiClient {
  constructor(access: Access);
  get<T = ApiObject>(path: string): Promise<T>;
  post<T = ApiObject>(path: string, body: unknown): Promise<T>;
  put<T = ApiObject>(path: string, body: unknown): Promise<T>;
  patch<T = ApiObject>(path: string, body: unknown, kind?: 'merge' | 'strategic'): Promise<T>;
  delete<T = ApiObject>(path: string, body?: unknown): Promise<T>;
  watch<T = ApiObject>(path: string, signal?: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined>;
  text(path: string): Promise<string>;
  close(): void;
}
