import * as grpc from '@grpc/grpc-js';
import {
  connectionBackoff,
  decodeOrcaLoadReport,
  encodeOrcaLoadReportRequest,
  type Clock,
  type Random,
  type Timer,
} from '@fairlead/core';
import { tellReport } from '../call/guarded-load.js';
import type { CallListener, GrpcCall } from '../grpc-types.js';
import type { Member } from '../member/member.js';
import type { PolicyFailureListener } from '../guarded-policy.js';
import { outside } from '../outside.js';
import { ConnectionHold } from './connection-hold.js';

/** gRFC A51. */
const PATH = '/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics';

/** What a stream needs from its pool. */
export interface ReportStreamContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly failures: PolicyFailureListener;
  /** The server of this member has no such service. */
  onUnimplemented(member: Member): void;
}

/**
 * Asks the server at the other end of one connection for its load reports, and hands them to the member's load, as long
 * as the connection is in use.
 *
 * It is no call of the application: nothing counts it, and nothing waits for it. A stream that ends is begun anew, by
 * backoff unless it had brought a report; not so where the server does not know the method (gRFC A51).
 */
export class ReportStream {
  readonly #member: Member;
  readonly #channel: grpc.ChannelInterface;
  readonly #intervalMs: number;
  readonly #context: ReportStreamContext;
  #backoff = connectionBackoff();
  #begunAt = 0;
  #reported = false;
  #call: GrpcCall | undefined;
  #retry: Timer | undefined;
  #hold: ConnectionHold | undefined;

  /** @param channel the member's present connection. */
  constructor(member: Member, channel: grpc.ChannelInterface, intervalMs: number, context: ReportStreamContext) {
    this.#member = member;
    this.#channel = channel;
    this.#intervalMs = intervalMs;
    this.#context = context;
  }

  /** Whether it is a stream on this connection with this interval. */
  serves(channel: grpc.ChannelInterface, intervalMs: number): boolean {
    return this.#channel === channel && Object.is(this.#intervalMs, intervalMs);
  }

  /** May be called in the context of any call, and belongs to none. */
  start(): void {
    this.#hold = new ConnectionHold(this.#channel, this.#member.calls.current);
    outside(() => this.#begin());
  }

  /** Nothing is left of it, and nothing is heard of it any more. */
  end(): void {
    const call = this.#call;
    this.#call = undefined;
    this.#retry?.cancel();
    this.#hold?.end();
    call?.cancelWithStatus(grpc.status.CANCELLED, 'load reports are not wanted any more');
  }

  #begin(): void {
    this.#begunAt = this.#context.clock.now();
    this.#reported = false;
    // A call would make grpc-js connect again by itself; the member will hear of the loss and end this.
    if (this.#channel.getConnectivityState(false) !== grpc.connectivityState.READY) return this.#beginLater();
    try {
      this.#open();
    } catch {
      this.#beginLater();
    }
  }

  #open(): void {
    const call = this.#channel.createCall(PATH, Infinity, null, null, null);
    this.#call = call;
    const listener: CallListener = {
      onReceiveMetadata: () => this.#hold?.review(),
      onReceiveMessage: (message) => this.#received(call, message as Uint8Array),
      onReceiveStatus: (status) => this.#ended(call, status),
    };
    call.start(new grpc.Metadata(), listener);
    call.sendMessageWithContext({}, Buffer.from(encodeOrcaLoadReportRequest(this.#intervalMs)));
    call.halfClose();
    call.startRead();
    // By then grpc-js has opened the stream, unless credentials keep it waiting: then its headers tell.
    setImmediate(() => {
      if (this.#call === call) this.#hold?.review();
    }).unref();
  }

  #received(call: GrpcCall, message: Uint8Array): void {
    if (this.#call !== call) return;
    this.#reported = true;
    this.#backoff = connectionBackoff();
    const report = decodeOrcaLoadReport(message);
    const { clock, failures } = this.#context;
    if (report !== undefined) tellReport(this.#member.load, report, clock.now(), failures);
    // The load may have made its policy reconsider, which may have ended this.
    if (this.#call === call) call.startRead();
  }

  #ended(call: GrpcCall, { code }: grpc.StatusObject): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    if (code === grpc.status.UNIMPLEMENTED) this.#context.onUnimplemented(this.#member);
    else this.#beginLater();
  }

  /** After a report at once; but a server that sends one and ends is not met in a tight loop: the first step counts from the beginning. */
  #beginLater(): void {
    const { clock, random } = this.#context;
    const delayMs = this.#backoff.delayMs(random);
    const spentMs = this.#reported ? clock.now() - this.#begunAt : 0;
    if (!this.#reported) this.#backoff = this.#backoff.next();
    this.#retry = clock.schedule(Math.max(0, delayMs - spentMs), () => this.#begin());
  }
}
