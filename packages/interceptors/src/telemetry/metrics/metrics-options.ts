import { count, custom, func, InvalidOptionError, nearestName, optional, resolveOptions } from '@fairlead/core';
import {
  DEFAULT_GROUPS,
  INSTRUMENT_GROUPS,
  instrumentNames,
  INSTRUMENTS,
  type InstrumentGroup,
  type InstrumentName,
} from './instruments.js';

/** Labels of a member's series that are not there by default, because they have many values. */
export const OPTIONAL_LABELS = ['fairlead.member.address', 'fairlead.member.zone'] as const;

export type OptionalLabel = (typeof OPTIONAL_LABELS)[number];

/** Any `MeterProvider` of `@opentelemetry/api`, whose types are not there for who does without it. */
export interface MeterProviderLike {
  getMeter(name: string, version?: string): unknown;
}

/** What a channel measures, and where it goes. */
export interface MetricsOptions {
  /**
   * The provider that the instruments are made with. Required: as gRPC demands (gRFC A66), there is no silent fallback to
   * the global one. Whoever wants that one says so: `metrics.getMeterProvider()` of `@opentelemetry/api`, after the SDK
   * was registered (what was asked for before stays without effect).
   */
  readonly meterProvider: MeterProviderLike;
  /**
   * Groups and single instruments, by name. Default `['rpc', 'fairlead']`. `grpc` (gRFC A66), `grpc-retry` (A96),
   * `grpc-subchannel` (A94) and `grpc-lb` (A91) are off until they are named (gRFC A79). Each histogram costs about 3 µs per
   * call or attempt; what begins with `fairlead.`, `grpc.subchannel.` or `grpc.lb.` costs nothing until it is collected.
   */
  readonly instruments?: readonly (InstrumentGroup | InstrumentName)[];
  /**
   * How many members have a series of their own, in all the channel's life: SDKs do not forget a series. What the rest does
   * is summed under `other`. Default 100; 0 (only `other`) to 10 000.
   */
  readonly maxMemberSeries?: number;
  /**
   * More labels for the series of members: `fairlead.member.address` (`10.0.0.1:50051`), `fairlead.member.zone`. Default
   * none: addresses change with every pod.
   */
  readonly optionalLabels?: readonly OptionalLabel[];
  /**
   * Whether a method, `package.Service/Method`, may appear by its name. Others appear as `other` (`_OTHER` in `rpc.…`).
   * Default: all, up to 1000 of them. For clients that make paths up at run time, e.g. proxies; a Channel cannot know
   * which methods are those of generated code.
   *
   * gRPC: gRFC A66, `MethodAttributeFilter` in Go.
   */
  readonly methodAttributeFilter?: (method: string) => boolean;
}

/** Checked and complete. */
export interface ResolvedMetricsOptions {
  readonly meterProvider: MeterProviderLike;
  readonly instruments: ReadonlySet<InstrumentName>;
  readonly maxMemberSeries: number;
  readonly optionalLabels: ReadonlySet<OptionalLabel>;
  readonly methodAttributeFilter: (method: string) => boolean;
}

const SELECTABLE: readonly string[] = [...INSTRUMENT_GROUPS, ...INSTRUMENTS.map(({ name }) => name)];

const RULES = {
  meterProvider: custom((value, name): MeterProviderLike => {
    const candidate = value as Partial<MeterProviderLike> | null | undefined;
    if (typeof candidate?.getMeter === 'function') return candidate as MeterProviderLike;
    throw new InvalidOptionError(name, value, 'a MeterProvider of OpenTelemetry, an object with getMeter()');
  }),
  instruments: custom((value, name) => {
    const selected = value === undefined ? DEFAULT_GROUPS : namesAmong(SELECTABLE, value, name);
    return instrumentNames(selected as readonly (InstrumentGroup | InstrumentName)[]);
  }),
  maxMemberSeries: count({ default: 100, max: 10_000 }),
  optionalLabels: custom((value, name): ReadonlySet<OptionalLabel> => {
    return new Set(value === undefined ? [] : (namesAmong(OPTIONAL_LABELS, value, name) as OptionalLabel[]));
  }),
  methodAttributeFilter: optional(func<(method: string) => boolean>()),
};

/** @throws InvalidOptionError */
export function resolveMetricsOptions(given: unknown, path = ''): ResolvedMetricsOptions {
  const options = resolveOptions(given, RULES, path);
  return { ...options, methodAttributeFilter: options.methodAttributeFilter ?? (() => true) };
}

function namesAmong(known: readonly string[], value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw new InvalidOptionError(path, value, 'a list of names');
  value.forEach((name: unknown, index) => {
    if (known.includes(name as string)) return;
    const nearest = typeof name === 'string' ? nearestName(name, known) : undefined;
    const expected = nearest === undefined ? `one of ${known.join(', ')}` : `did you mean \`${nearest}\`?`;
    throw new InvalidOptionError(`${path}[${index}]`, name, expected);
  });
  return value as readonly string[];
}
