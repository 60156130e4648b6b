import type { ApiServerOptions } from './api-server.js';
import { serverTls } from './certificates.js';

/** The ways in which an API server listens: `kubectl proxy`, a proxy with TLS, and the API server itself, which offers HTTP/2. */
export const LISTENERS: readonly (readonly [name: string, options: ApiServerOptions])[] = [
  ['HTTP', {}],
  ['TLS', { tls: serverTls('loopback') }],
  ['TLS with HTTP/2', { tls: serverTls('loopback'), http2: true }],
];
