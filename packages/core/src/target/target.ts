/** A parsed target: `scheme://authority/endpoint` (gRPC naming). Made by `parseTarget`. */
export interface Target {
  /** Lower-case. */
  readonly scheme: string;
  /** As written, percent-encoding kept; empty when absent. */
  readonly authority: string;
  /** Percent-decoded, with one leading `/` removed. */
  readonly endpoint: string;
  /** The whole canonical target, `scheme:///…`, as `getTarget()` answers it. */
  readonly uri: string;
}
