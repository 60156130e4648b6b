import * as grpc from '@grpc/grpc-js';
import { EndedCall } from '../call/ended-call.js';
import { ownStatus } from '../call/own-status.js';
import type { CreateCallArguments, GrpcCall, InterceptorOptions, NextCall } from '../grpc-types.js';
import { BottomCall } from './bottom-call.js';
import { HostedCall } from './hosted-call.js';
import { MethodCache } from './method-cache.js';
import { methodDefinitionOf } from './method-definition.js';

/** Interceptors for every method, outermost first, or a function that gives those of one method (asked once for each). */
export type MethodInterceptors = readonly grpc.Interceptor[] | ((path: string) => readonly grpc.Interceptor[]);

/** The chain of one method, made once. */
interface Chain {
  /** Undefined when the method has no interceptors. */
  readonly enter: NextCall | undefined;
  readonly definition: InterceptorOptions['method_definition'];
}

/**
 * A Channel made of a Channel: runs standard grpc-js client interceptors inside `createCall`, for all four call kinds.
 *
 * Every generated client reaches a Channel, while its own `interceptors` option is lost in many ways: a call's
 * interceptors replace it, nice-grpc and gax have none. Here interceptors see serialized bytes (`Buffer`) and know the
 * method by its path only: `method_definition.requestStream` and `responseStream` are both true, which is the safe guess.
 *
 * A method without interceptors goes straight to the channel underneath. The returned channel owns the one underneath:
 * closing it closes both.
 */
export function interceptChannel(channel: grpc.ChannelInterface, interceptors: MethodInterceptors): InterceptedChannel {
  return new InterceptedChannel(channel, interceptors);
}

export class InterceptedChannel implements grpc.ChannelInterface {
  readonly #channel: grpc.ChannelInterface;
  readonly #interceptorsOf: (path: string) => readonly grpc.Interceptor[];
  readonly #chains = new MethodCache((path) => this.#makeChain(path));
  #closed = false;

  constructor(channel: grpc.ChannelInterface, interceptors: MethodInterceptors) {
    this.#channel = channel;
    this.#interceptorsOf = typeof interceptors === 'function' ? interceptors : () => interceptors;
  }

  createCall(...args: CreateCallArguments): GrpcCall {
    const [path, deadline, host, parent, propagateFlags] = args;
    // As grpc-js does; the chain is entered at `start`, where nobody could catch it.
    if (!(typeof deadline === 'number' || deadline instanceof Date)) {
      throw new TypeError('Channel#createCall: deadline must be a number or Date');
    }
    const { enter, definition } = this.#chains.get(path);
    // A closed channel throws by itself.
    if (enter === undefined || this.#closed) return this.#channel.createCall(...args);
    const options: InterceptorOptions = { method_definition: definition, deadline };
    if (host) options.host = host;
    if (parent) options.parent = parent as NonNullable<InterceptorOptions['parent']>;
    if (typeof propagateFlags === 'number') options.propagate_flags = propagateFlags;
    return new HostedCall(enter, options);
  }

  /**
   * Makes the chains of known methods anew, at once: what belongs to a method and not to its chain (the places of a
   * bulkhead) follows without waiting for a call. Calls that were created keep theirs.
   *
   * @param changed which paths. Default all. The others keep what their chains have learned.
   */
  resetChains(changed: (path: string) => boolean = () => true): void {
    this.#chains.renew(changed);
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
  }

  getTarget(): string {
    return this.#channel.getTarget();
  }

  getConnectivityState(tryToConnect: boolean): grpc.connectivityState {
    return this.#channel.getConnectivityState(tryToConnect);
  }

  watchConnectivityState(
    currentState: grpc.connectivityState,
    deadline: Date | number,
    callback: (error?: Error) => void,
  ): void {
    this.#channel.watchConnectivityState(currentState, deadline, callback);
  }

  getChannelzRef(): ReturnType<grpc.ChannelInterface['getChannelzRef']> {
    return this.#channel.getChannelzRef();
  }

  #makeChain(path: string): Chain {
    const interceptors = this.#interceptorsOf(path);
    const enter = interceptors.length === 0 ? undefined : composeChain(interceptors, this.#bottom(path));
    return { enter, definition: methodDefinitionOf(path) };
  }

  #bottom(path: string): NextCall {
    return ({ deadline, host, parent, propagate_flags: flags, credentials }) => {
      // Closed since the call was created. grpc-js does not throw at `start` either, where nobody would catch it.
      if (this.#closed) return new EndedCall(ownStatus(grpc.status.UNAVAILABLE, 'Channel closed before call started'));
      const call = this.#channel.createCall(path, deadline ?? Infinity, host, parent ?? null, flags);
      if (credentials) call.setCredentials(credentials);
      return new BottomCall(call);
    };
  }
}

/** Folds interceptors, outermost first, into one function that makes the outermost call. */
export function composeChain(interceptors: readonly grpc.Interceptor[], bottom: NextCall): NextCall {
  return interceptors.reduceRight<NextCall>((next, interceptor) => (options) => interceptor(options, next), bottom);
}
