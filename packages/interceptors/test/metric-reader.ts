import { MeterProvider, MetricReader, type DataPoint, type Histogram } from '@opentelemetry/sdk-metrics';

/** A reader that is asked when a test wants to. */
export class TestReader extends MetricReader {
  /** The values of one instrument, one for each series. */
  async values(name: string): Promise<readonly unknown[]> {
    const { resourceMetrics } = await this.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics
      .filter(({ descriptor }) => descriptor.name === name)
      .flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** One series as an exporter sees it: a histogram by its count and sum, everything else by its value. */
export type ExportedSeries = readonly [attributes: Record<string, unknown>, value: unknown];

/** Everything that an exporter is given of one instrument. */
export interface Exported {
  readonly unit: string;
  readonly kind: string;
  readonly series: readonly ExportedSeries[];
}

/** A provider whose metrics are read when a test says so. */
export class TestMeter {
  readonly #reader = new TestReader();
  readonly provider = new MeterProvider({ readers: [this.#reader] });

  /** All that is exported now, by instrument. */
  async collect(): Promise<Record<string, Exported>> {
    const { errors, resourceMetrics } = await this.#reader.collect();
    if (errors.length > 0) throw errors[0] as Error;
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => {
        const series = dataPoints.map(({ attributes, value }): ExportedSeries => [attributes, plain(value)]);
        return [descriptor.name, { unit: descriptor.unit, kind: kindOf(descriptor), series }];
      }),
    );
  }

  /** The series of one instrument; none when it is not exported. */
  async series(name: string): Promise<readonly ExportedSeries[]> {
    return (await this.collect())[name]?.series ?? [];
  }

  /** The bucket boundaries of a histogram that has recorded something. */
  async boundaries(name: string): Promise<readonly number[]> {
    const { resourceMetrics } = await this.#reader.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    const point = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0];
    return (point as DataPoint<Histogram>).value.buckets.boundaries;
  }

  close(): void {
    void this.provider.shutdown();
  }
}

/** The SDK has it and types it nowhere. */
function kindOf(descriptor: object): string {
  return (descriptor as { readonly type: string }).type;
}

function plain(value: unknown): unknown {
  if (typeof value === 'number') return value;
  const { count, sum } = value as Histogram;
  return { count, sum };
}
