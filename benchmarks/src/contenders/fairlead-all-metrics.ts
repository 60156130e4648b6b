import * as grpc from '@grpc/grpc-js';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createChannel } from 'fairlead';
import type { Connect } from '../contender.js';
import { echoClient, plainly } from '../echo-client.js';

/** `createChannel` with all metrics that there are. */
export const connect: Connect = (target) => {
  const insecure = grpc.credentials.createInsecure();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000, exportTimeoutMillis: 1_000 })],
  });
  const instruments = ['rpc', 'fairlead', 'grpc', 'grpc-retry', 'grpc-subchannel', 'grpc-lb'] as const;
  const channel = createChannel(target, insecure, { metrics: { meterProvider, instruments } });
  return plainly(echoClient(grpc, target, insecure, { channelOverride: channel }));
};
