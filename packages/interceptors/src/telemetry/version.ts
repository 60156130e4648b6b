/** Of this package, for instrumentation scopes. `npm run changeset:version` writes it, and a test compares it. */
export const VERSION = '0.0.0';
