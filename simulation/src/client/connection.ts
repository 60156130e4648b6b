import { STATUS_CODES, type CallStatus, type FailureClass, type OrcaLoadReport } from '@fairlead/core';
import type { Engine } from '../engine/engine.js';
import type { Network } from '../models/network.js';
import type { Pod, PodConnection } from '../models/pod.js';
import { NO_TRAILERS } from '../models/trailers.js';
import { LoadReportStream } from './load-report-stream.js';
import { Stream, type StreamCarrier, type StreamListener } from './stream.js';

/** Hears what becomes of a connection. */
export interface ConnectionListener {
  /** The pod wants no new calls on it. */
  goneAway(connection: Connection): void;
  /** It is gone, and the calls on it were told. */
  lost(connection: Connection): void;
  /** Closed by us, after its last call or at the end of the grace. */
  closed(connection: Connection): void;
}

const LOST: CallStatus = { code: STATUS_CODES.UNAVAILABLE, metadata: NO_TRAILERS };
const REFUSED = LOST;

/** One connection of a client to a pod: carries messages both ways, each with the delay of the network. */
export class Connection implements PodConnection, StreamCarrier {
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #pod: Pod;
  readonly #listener: ConnectionListener;
  readonly #streams = new Set<Stream>();
  #podTakesCalls = true;
  #closesWhenIdle = false;
  #reset = false;
  #open = true;

  constructor(engine: Engine, network: Network, pod: Pod, listener: ConnectionListener) {
    this.#engine = engine;
    this.#network = network;
    this.#pod = pod;
    this.#listener = listener;
    pod.accept(this);
  }

  /** Streams that have not ended for the client. */
  get open(): number {
    return this.#streams.size;
  }

  /** Sends a call. */
  start(listener: StreamListener): Stream {
    const stream = new Stream(this, listener);
    this.#streams.add(stream);
    this.#tellPod(() => {
      if (this.#podTakesCalls) this.#pod.server.receive(stream);
      else this.#tellClient(() => this.#end(stream, REFUSED, 'refused'));
    });
    return stream;
  }

  /** The client lost interest; the pod hears of it later. */
  cancel(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    this.#tellPod(() => this.#pod.server.cancel(stream));
    this.#closeIfIdle();
  }

  /** Begins to ask how busy the pod is; until the answer is ended, or the connection is gone. */
  streamReports(intervalMs: number, onReport: (report: OrcaLoadReport) => void): LoadReportStream {
    const carrier = {
      tellPod: (arrive: () => void) => this.#tellPod(arrive),
      tellClient: (arrive: () => void) => this.#tellClient(arrive),
    };
    return new LoadReportStream(this.#engine, this.#pod, carrier, intervalMs, onReport);
  }

  deliver(stream: Stream, code: number, trailers: CallStatus['metadata']): void {
    const failure = code === STATUS_CODES.OK ? undefined : 'maybe-processed';
    this.#tellClient(() => this.#end(stream, { code, metadata: trailers }, failure));
  }

  goAway(): void {
    this.#podTakesCalls = false;
    this.#tellClient(() => this.#listener.goneAway(this));
  }

  reset(): void {
    this.#reset = true;
    const delayMs = this.#network.delayMs(this.#pod.zone);
    this.#engine.after(delayMs, () => this.#lose());
  }

  /** Closes once nothing is on it. */
  closeWhenIdle(): void {
    this.#closesWhenIdle = true;
    this.#closeIfIdle();
  }

  /** Closes now. Calls on it fail; answers how many there were. */
  cut(): number {
    const cut = [...this.#streams];
    for (const stream of cut) this.#tellPod(() => this.#pod.server.cancel(stream));
    this.#close();
    this.#failAll();
    return cut.length;
  }

  #lose(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pod.closed(this);
    this.#failAll();
    this.#listener.lost(this);
  }

  #failAll(): void {
    for (const stream of [...this.#streams]) this.#end(stream, LOST, 'maybe-processed');
  }

  #end(stream: Stream, status: CallStatus, failure: FailureClass | undefined): void {
    if (!this.#streams.delete(stream)) return;
    stream.listener.ended(status, failure);
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#closesWhenIdle && this.#streams.size === 0) this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#pod.closed(this);
    this.#listener.closed(this);
  }

  #tellPod(arrive: () => void): void {
    this.#engine.after(this.#network.delayMs(this.#pod.zone), () => {
      if (this.#pod.reachable && !this.#reset) arrive();
    });
  }

  #tellClient(arrive: () => void): void {
    this.#engine.after(this.#network.delayMs(this.#pod.zone), () => {
      if (this.#pod.reachable && this.#open) arrive();
    });
  }
}
