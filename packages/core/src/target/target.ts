/** A parsed target: `scheme://authority/endpoint` (gRPC naming). Made by `parseTarget`. */
export interface Target {
  /** Lower-case. */
  readonly scheme: string;
  /** As written, percent-encoding kept; empty when absent. */
  readonly authority: string;
  /** Percent-decoded, with one leading `/` removed; as written in the opaque form `scheme:endpoint`. */
  readonly endpoint: string;
  /**
   * The whole target, as `getTarget()` answers it: canonical `scheme://authority/…`, or `scheme:…` for the opaque form, which
   * may mean something else (`unix:a` is a relative path). Parsing it gives the same target again.
   */
  readonly uri: string;
}
