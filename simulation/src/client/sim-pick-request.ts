import type { AttemptContext, PickRequest } from '@fairlead/core';
import type { SimCall } from './sim-call.js';

const NOTHING_TRIED: ReadonlySet<string> = new Set();
const NO_HEADERS: readonly string[] = [];

/** The question that a client asks its picker, one object for all calls: a picker keeps none. */
export class SimPickRequest implements PickRequest, AttemptContext {
  readonly path = '/fairlead.sim.Service/Call';
  readonly metadata = { get: (): readonly string[] => NO_HEADERS };
  hashKey: string | undefined;
  tried = NOTHING_TRIED;
  readonly attempt: AttemptContext = this;

  of(call: SimCall): this {
    this.hashKey = call.hashKey;
    this.tried = call.tried ?? NOTHING_TRIED;
    return this;
  }

  onPicked(): void {}

  onFailed(): void {}
}
