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

/** `createChannel` with the metrics that are on by default, and an SDK that collects them once a second. */
export const connect: Connect = (target) => {
  const insecure = grpc.credentials.createInsecure();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000, exportTimeoutMillis: 1_000 })],
  });
  const channel = createChannel(target, insecure, { metrics: { meterProvider } });
  return plainly(echoClient(grpc, target, insecure, { channelOverride: channel }));
};
