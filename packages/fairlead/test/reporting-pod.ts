import { join } from 'node:path';
import { encodeOrcaLoadReport, LOAD_REPORT_TRAILER, type OrcaLoadReportFields } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { EchoService, type EchoReply, type EchoRequest } from './generated/echo.js';
import type { TestPod } from './pods.js';

/** What the generated code of xds.service.orca.v3 takes. */
interface LoadReportMessage {
  readonly cpu_utilization?: number;
  readonly application_utilization?: number;
  readonly rps_fractional?: number;
  readonly eps?: number;
}

type ReportStream = grpc.ServerWritableStream<
  { readonly report_interval?: { readonly seconds: number; readonly nanos: number } },
  LoadReportMessage
>;

/** A server of the Echo service that reports its load. */
export interface ReportingPod extends TestPod {
  /** In the trailer of each call; none without. */
  call: OrcaLoadReportFields | undefined;
  /** Out of band: at once, and then at the interval that it was asked for. */
  oob: OrcaLoadReportFields;
  /** Of the streams that were opened so far, in ms. */
  readonly intervals: readonly number[];
  /** Streams that are open. */
  readonly streams: number;
}

function orcaService(): grpc.ServiceDefinition {
  const proto = join(import.meta.dirname, 'proto');
  const loaded = loadSync('xds/service/orca/v3/orca.proto', {
    includeDirs: [proto],
    keepCase: true,
    longs: Number,
    defaults: true,
  });
  return loaded['xds.service.orca.v3.OpenRcaService'] as grpc.ServiceDefinition;
}

const messageOf = (fields: OrcaLoadReportFields): LoadReportMessage => ({
  cpu_utilization: fields.cpuUtilization ?? 0,
  application_utilization: fields.applicationUtilization ?? 0,
  rps_fractional: fields.qps ?? 0,
  eps: fields.eps ?? 0,
});

function trailerOf(fields: OrcaLoadReportFields | undefined): grpc.Metadata {
  const trailer = new grpc.Metadata();
  if (fields !== undefined) trailer.set(LOAD_REPORT_TRAILER, Buffer.from(encodeOrcaLoadReport(fields)));
  return trailer;
}

/** The pod reports out of band only where `outOfBand` is set; otherwise its server does not know the method. */
export async function startReportingPod(host: string, outOfBand = true): Promise<ReportingPod> {
  const server = new grpc.Server();
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync(`${host}:0`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const timers = new Set<NodeJS.Timeout>();
  const intervals: number[] = [];
  const pod = {
    address: `${host}:${port}`,
    seen: [] as grpc.Metadata[],
    call: undefined as OrcaLoadReportFields | undefined,
    oob: {} as OrcaLoadReportFields,
    intervals,
    get streams(): number {
      return timers.size;
    },
    stop(): void {
      for (const timer of timers) clearInterval(timer);
      server.forceShutdown();
    },
  };
  server.addService(EchoService, {
    unary: (call: grpc.ServerUnaryCall<EchoRequest, EchoReply>, done: grpc.sendUnaryData<EchoReply>) => {
      pod.seen.push(call.metadata);
      if (call.request.text !== 'hang')
        done(null, { text: call.request.text, server: pod.address }, trailerOf(pod.call));
    },
    repeat: (call: grpc.ServerWritableStream<EchoRequest, EchoReply>) => {
      call.write({ text: call.request.text, server: pod.address });
      call.end(trailerOf(pod.call));
    },
  });
  if (outOfBand) {
    server.addService(orcaService(), {
      StreamCoreMetrics: (stream: ReportStream) => {
        const { seconds, nanos } = stream.request.report_interval ?? { seconds: 0, nanos: 0 };
        const intervalMs = seconds * 1_000 + nanos / 1e6;
        intervals.push(intervalMs);
        const write = (): void => void stream.write(messageOf(pod.oob));
        write();
        const timer = setInterval(write, intervalMs || 30_000);
        timers.add(timer);
        stream.on('cancelled', () => {
          clearInterval(timer);
          timers.delete(timer);
        });
      },
    });
  }
  return pod;
}
