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
import type { Member } from '../member/member.js';
import type { PolicyFailureListener } from '../guarded-policy.js';
import { outside } from '../outside.js';
import { ConnectionHold } from '../own-stream/connection-hold.js';
import { OwnStream } from '../own-stream/own-stream.js';

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
  #stream: OwnStream | undefined;
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
    this.#retry?.cancel();
    this.#hold?.end();
    this.#stream?.cancel('load reports are not wanted any more');
  }

  #begin(): void {
    this.#begunAt = this.#context.clock.now();
    this.#reported = false;
    this.#stream = new OwnStream(this.#channel, PATH, {
      onBegun: () => this.#hold?.review(),
      onMessage: (message) => this.#received(message),
      onEnd: (status) => this.#ended(status),
    });
    // Where the connection is lost, the member will hear of it and end this.
    if (!this.#stream.open(encodeOrcaLoadReportRequest(this.#intervalMs))) this.#beginLater();
  }

  #received(message: Uint8Array): void {
    this.#reported = true;
    this.#backoff = connectionBackoff();
    const report = decodeOrcaLoadReport(message);
    const { clock, failures } = this.#context;
    if (report !== undefined) tellReport(this.#member.load, report, clock.now(), failures);
  }

  #ended({ code }: grpc.StatusObject): void {
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
