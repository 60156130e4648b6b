import { createRequire } from 'node:module';
import type * as api from '@opentelemetry/api';

export type OtelApi = typeof api;

let tried = false;
let loaded: OtelApi | undefined;

/**
 * The application's own copy of `@opentelemetry/api`; undefined when it has none. A peer and not a dependency: the API finds
 * the registered SDK through a global that a *newer* copy of the API ignores, so a copy of our own could silently trace
 * nothing. Required on first use and not imported: it takes half as long to load as grpc-js, and most processes without
 * an SDK never need it.
 *
 * Asked for only when somebody wants to listen. If it cannot be loaded, the process is warned, once; a call does not fail
 * because of its telemetry.
 */
export function otelApi(): OtelApi | undefined {
  if (!tried) {
    tried = true;
    loaded = load();
  }
  return loaded;
}

/**
 * The provider of this kind that is registered globally, by whatever copy of the API 1.x; compare it, but ask the API for
 * the real one. This is how that API keeps it: looking there costs a property access for each call, and loads nothing.
 */
export function globalProvider(kind: 'trace' | 'metrics'): object | undefined {
  return (globalThis as { [GLOBAL]?: { trace?: object; metrics?: object } })[GLOBAL]?.[kind];
}

const GLOBAL: unique symbol = Symbol.for('opentelemetry.js.api.1') as never;

function load(): OtelApi | undefined {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as OtelApi;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    process.emitWarning(`Fairlead cannot load @opentelemetry/api, and tells it nothing: ${reason}`, {
      code: 'FAIRLEAD_OTEL_API',
      detail: 'Install it beside Fairlead. A bundler must leave one of the two outside of the bundle, or both.',
    });
    return undefined;
  }
}
