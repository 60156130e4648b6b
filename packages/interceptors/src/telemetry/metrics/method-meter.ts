import { status as Code } from '@grpc/grpc-js';
import type { Attributes } from '@opentelemetry/api';
import type { CallAttempts } from './call-attempts.js';
import type { CallInstruments } from './call-instruments.js';

/** Records the calls and attempts of one method. Its attribute objects are made once for each status. */
export class MethodMeter {
  readonly #instruments: CallInstruments;
  readonly #method: Attributes;
  readonly #rpcMethod: Attributes;
  readonly #byStatus = new Map<Code, Attributes>();
  readonly #rpcByStatus = new Map<Code, Attributes>();

  /** @param name `package.Service/Method`; undefined for all those that have no name of their own. */
  constructor(name: string | undefined, target: string, server: Attributes, instruments: CallInstruments) {
    this.#instruments = instruments;
    this.#method = { 'grpc.method': name ?? 'other', 'grpc.target': target };
    this.#rpcMethod = { 'rpc.system.name': 'grpc', 'rpc.method': name ?? '_OTHER', ...server };
  }

  callEnded(code: Code, durationMs: number, attempts: CallAttempts | undefined): void {
    const { rpcCallDuration, callDuration } = this.#instruments;
    rpcCallDuration?.record(durationMs / 1_000, this.#rpcAttributes(code));
    callDuration?.record(durationMs / 1_000, this.#attributes(code));
    if (attempts) this.#recordAttempts(attempts);
  }

  attemptStarted(): void {
    this.#instruments.attemptStarted?.add(1, this.#method);
  }

  attemptEnded(code: Code, durationMs: number, sentBytes: number, receivedBytes: number): void {
    const { attemptDuration, attemptSent, attemptReceived } = this.#instruments;
    const attributes = this.#attributes(code);
    attemptDuration?.record(durationMs / 1_000, attributes);
    attemptSent?.record(sentBytes, attributes);
    attemptReceived?.record(receivedBytes, attributes);
  }

  /** Zeros are not reported (gRFC A96): nearly all calls have one attempt. */
  #recordAttempts({ retries, transparentRetries, hedges, delayMs }: CallAttempts): void {
    if (retries > 0) this.#instruments.retries?.record(retries, this.#method);
    if (transparentRetries > 0) this.#instruments.transparentRetries?.record(transparentRetries, this.#method);
    if (hedges > 0) this.#instruments.hedges?.record(hedges, this.#method);
    if (delayMs > 0) this.#instruments.retryDelay?.record(delayMs / 1_000, this.#method);
  }

  #attributes(code: Code): Attributes {
    const known = this.#byStatus.get(code);
    if (known !== undefined) return known;
    const attributes = { ...this.#method, 'grpc.status': nameOf(code) };
    this.#byStatus.set(knownCode(code), attributes);
    return attributes;
  }

  #rpcAttributes(code: Code): Attributes {
    const known = this.#rpcByStatus.get(code);
    if (known !== undefined) return known;
    const name = nameOf(code);
    const error = code === Code.OK ? {} : { 'error.type': name };
    const attributes = { ...this.#rpcMethod, 'rpc.status_code': name, ...error };
    this.#rpcByStatus.set(knownCode(code), attributes);
    return attributes;
  }
}

/** A server may send any number; gRPC takes those that it does not know for UNKNOWN. */
function knownCode(code: Code): Code {
  return Code[code] === undefined ? Code.UNKNOWN : code;
}

function nameOf(code: Code): string {
  return Code[knownCode(code)];
}
