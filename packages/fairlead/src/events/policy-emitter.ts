import type { MethodBreakers } from '@fairlead/interceptors';
import { Emitter } from '@fairlead/pool';
import type { PolicyEvents } from './channel-events.js';

/** Every event of the policies. The compiler complains when one is missing here. */
const NAMES: Readonly<Record<keyof PolicyEvents, true>> = { breaker: true, serviceConfig: true };

export function isPolicyEvent(name: string): name is keyof PolicyEvents {
  return Object.hasOwn(NAMES, name);
}

/** Tells the events of a channel's policies. It listens to the breakers only while somebody listens to it. */
export class PolicyEmitter extends Emitter<PolicyEvents> {
  readonly #breakers: MethodBreakers;
  #stop: (() => void) | undefined;

  constructor(breakers: MethodBreakers) {
    super();
    this.#breakers = breakers;
  }

  override on<E extends keyof PolicyEvents>(name: E, listener: (...args: PolicyEvents[E]) => void): void {
    super.on(name, listener);
    this.#follow();
  }

  override off<E extends keyof PolicyEvents>(name: E, listener: (...args: PolicyEvents[E]) => void): void {
    super.off(name, listener);
    this.#follow();
  }

  #follow(): void {
    if (this.listens('breaker')) {
      this.#stop ??= this.#breakers.onChange((change) => this.tell('breaker', change));
    } else {
      this.#stop?.();
      this.#stop = undefined;
    }
  }
}
