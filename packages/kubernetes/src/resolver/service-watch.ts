import type { ResolverListener } from '@fairlead/core';
import type { SliceApi } from '../api/slice-api.js';
import { fieldsOf, stringOf } from '../api/json-fields.js';
import { changeUrgency, type Urgency } from '../slices/change-urgency.js';
import type { PortChoice } from '../slices/choose-port.js';
import type { EndpointSlice } from '../slices/endpoint-slice.js';
import { keepPods } from '../slices/keep-pods.js';
import { parseSlice } from '../slices/parse-slice.js';
import { Reflector, type ReflectorSink } from '../watch/reflector.js';
import type { WatchStreamContext } from '../watch/watch-stream.js';
import { EndpointView, type ViewSource } from './endpoint-view.js';

/** What a {@link ServiceWatch} is made from. */
export interface ServiceWatchOptions extends Omit<ViewSource, 'slices'>, WatchStreamContext {
  readonly api: SliceApi;
}

const URGENCIES: readonly Urgency[] = ['none', 'addition', 'removal'];

/**
 * The EndpointSlices of one Service, kept current by one watch, however many resolvers ask for it and at whichever port. The
 * watch runs while somebody does.
 */
export class ServiceWatch implements ReflectorSink {
  readonly #options: ServiceWatchOptions;
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #views = new Map<PortChoice, EndpointView>();
  readonly #reflector: Reflector;
  #synced = false;
  /** The newest failure, while there is nothing better to tell. */
  #failure: readonly [error: Error, startedAt: number] | undefined;
  #startedAt = -Infinity;

  constructor(options: ServiceWatchOptions) {
    this.#options = options;
    this.#reflector = new Reflector(options, this);
  }

  /** How many listeners there are. */
  get size(): number {
    return [...this.#views.values()].reduce((sum, view) => sum + view.size, 0);
  }

  add(port: PortChoice, listener: ResolverListener): void {
    const first = this.#views.size === 0;
    const view = this.#views.get(port) ?? this.#addView(port);
    view.add(listener);
    if (first) this.#reflector.start();
  }

  remove(port: PortChoice, listener: ResolverListener): void {
    const view = this.#views.get(port);
    view?.remove(listener);
    if (view?.size !== 0) return;
    view.close();
    this.#views.delete(port);
  }

  refresh(doubted?: boolean): void {
    this.#reflector.refresh(doubted);
  }

  close(): void {
    this.#reflector.close();
    for (const view of this.#views.values()) view.close();
  }

  replace(objects: readonly unknown[], startedAt: number): void {
    const next = new Map(objects.flatMap(slicesOf).map((slice) => [slice.name, slice]));
    let urgency: Urgency = 'none';
    for (const name of new Set([...this.#slices.keys(), ...next.keys()])) {
      urgency = moreUrgent(urgency, this.#set(name, next.get(name)));
    }
    this.#synced = true;
    this.#failure = undefined;
    this.#changed(urgency, startedAt);
  }

  put(object: unknown): void {
    for (const slice of slicesOf(object)) this.#changed(this.#set(slice.name, slice), this.#options.clock.now());
  }

  drop(object: unknown): void {
    const name = stringOf(fieldsOf(fieldsOf(object)['metadata'])['name']);
    if (name !== undefined) this.#changed(this.#set(name, undefined), this.#options.clock.now());
  }

  confirm(startedAt: number): void {
    for (const view of this.#views.values()) view.confirm(startedAt);
  }

  failed(error: Error, startedAt: number): void {
    if (!this.#synced) this.#failure = [error, startedAt];
    for (const view of this.#views.values()) view.failed(error, startedAt);
  }

  #addView(port: PortChoice): EndpointView {
    const view = new EndpointView(port, { ...this.#options, slices: this.#slices });
    this.#views.set(port, view);
    if (this.#synced) view.changed('removal', this.#startedAt);
    if (this.#failure !== undefined) view.failed(...this.#failure);
    return view;
  }

  #set(name: string, slice: EndpointSlice | undefined): Urgency {
    const before = this.#slices.get(name);
    const urgency = before === slice ? 'none' : changeUrgency(before, slice);
    if (slice === undefined) this.#slices.delete(name);
    else if (urgency !== 'none') this.#slices.set(name, keepPods(before, slice));
    return urgency;
  }

  #changed(urgency: Urgency, startedAt: number): void {
    this.#startedAt = Math.max(this.#startedAt, startedAt);
    for (const view of this.#views.values()) view.changed(urgency, startedAt);
  }
}

/** What is no EndpointSlice tells us nothing: a server that sends others is not asked for them. */
function slicesOf(object: unknown): readonly EndpointSlice[] {
  const slice = parseSlice(object);
  return typeof slice === 'string' ? [] : [slice];
}

function moreUrgent(a: Urgency, b: Urgency): Urgency {
  return URGENCIES.indexOf(a) >= URGENCIES.indexOf(b) ? a : b;
}
