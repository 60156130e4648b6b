import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader';

const XDS_PACKAGE = dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json'));

/** The API of Envoy, as the package under test ships it. */
const api = loadSync(
  [
    'envoy/service/discovery/v3/ads.proto',
    'envoy/config/listener/v3/listener.proto',
    'envoy/config/route/v3/route.proto',
    'envoy/config/cluster/v3/cluster.proto',
    'envoy/config/endpoint/v3/endpoint.proto',
    'envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto',
    'envoy/extensions/filters/http/router/v3/router.proto',
  ],
  {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    oneofs: true,
    includeDirs: ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) =>
      join(XDS_PACKAGE, 'deps', name),
    ),
  },
);
const ADS = api['envoy.service.discovery.v3.AggregatedDiscoveryService'] as grpc.ServiceDefinition;

const LISTENER = 'envoy.config.listener.v3.Listener';
const ROUTES = 'envoy.config.route.v3.RouteConfiguration';
const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const ENDPOINTS = 'envoy.config.endpoint.v3.ClusterLoadAssignment';
const HTTP = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'envoy.extensions.filters.http.router.v3.Router';
const URL = 'type.googleapis.com/';

interface DiscoveryRequest {
  readonly type_url: string;
  readonly response_nonce: string;
  readonly resource_names: readonly string[];
  readonly error_detail: { readonly message: string } | null;
}

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly value: object;
}

/** What a service consists of. */
export interface XdsService {
  readonly ports: readonly number[];
  /** Of its cluster; default `ROUND_ROBIN`. */
  readonly lbPolicy?: 'ROUND_ROBIN' | 'RING_HASH';
  /** Of its only route. */
  readonly retryPolicy?: object;
}

function any(type: string, value: object): { type_url: string; value: Buffer } {
  const definition = api[type] as MessageTypeDefinition<object, object>;
  return { type_url: URL + type, value: definition.serialize(value) };
}

function resourcesOf(name: string, { lbPolicy = 'ROUND_ROBIN', ports, retryPolicy }: XdsService): readonly Resource[] {
  const manager = {
    rds: { route_config_name: `${name}-routes`, config_source: { ads: {} } },
    http_filters: [{ name: 'router', typed_config: any(ROUTER, {}) }],
  };
  const route = { match: { prefix: '' }, route: { cluster: `${name}-cluster`, retry_policy: retryPolicy } };
  const lb_endpoints = ports.map((port) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
    health_status: 'HEALTHY',
  }));
  const zone = { locality: { region: 'r', zone: 'z' }, load_balancing_weight: { value: 1 }, lb_endpoints };
  const cluster = {
    type: 'EDS',
    lb_policy: lbPolicy,
    eds_cluster_config: { eds_config: { ads: {} }, service_name: `${name}-endpoints` },
  };
  return [
    { type: LISTENER, name, value: { name, api_listener: { api_listener: any(HTTP, manager) } } },
    {
      type: ROUTES,
      name: `${name}-routes`,
      value: { name: `${name}-routes`, virtual_hosts: [{ name, domains: [name], routes: [route] }] },
    },
    { type: CLUSTER, name: `${name}-cluster`, value: { name: `${name}-cluster`, ...cluster } },
    {
      type: ENDPOINTS,
      name: `${name}-endpoints`,
      value: { cluster_name: `${name}-endpoints`, endpoints: [zone] },
    },
  ];
}

/**
 * An xDS control plane of one process: the aggregated stream, state of the world. Each service has a listener, a route
 * configuration that serves its name only, a cluster, and endpoints in one zone on loopback.
 */
export class ControlPlane {
  readonly port: number;
  /** What clients refused. */
  readonly refusals: string[] = [];
  readonly #server: grpc.Server;
  readonly #services = new Map<string, XdsService>();
  readonly #streams = new Set<AdsStream>();
  #version = 1;

  private constructor(server: grpc.Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(): Promise<ControlPlane> {
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const plane = new ControlPlane(server, port);
    server.addService(ADS, {
      StreamAggregatedResources: (call: grpc.ServerDuplexStream<DiscoveryRequest, object>) => plane.#serve(call),
    });
    return plane;
  }

  /** Text for `GRPC_XDS_BOOTSTRAP_CONFIG`. */
  get bootstrap(): string {
    const xds_servers = [
      { server_uri: `127.0.0.1:${this.port}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ];
    return JSON.stringify({ xds_servers, node: { id: 'test', locality: {} } });
  }

  /** How often a client has asked for something new. */
  get questions(): number {
    return [...this.#streams].reduce((sum, { questions }) => sum + questions, 0);
  }

  /** Whether some client watches the service. */
  isWanted(name: string): boolean {
    return [...this.#streams].some((stream) => stream.wants(URL + LISTENER, name));
  }

  /** Says from now on that the service consists of this; undefined: that there is none. */
  set(name: string, service: XdsService | undefined): void {
    if (service === undefined) this.#services.delete(name);
    else this.#services.set(name, service);
    this.#version += 1;
    for (const stream of this.#streams) stream.push();
  }

  kill(): void {
    this.#server.forceShutdown();
  }

  #serve(call: grpc.ServerDuplexStream<DiscoveryRequest, object>): void {
    const stream = new AdsStream(
      (type, names) => this.#answer(type, names),
      (answer) => call.write(answer),
    );
    this.#streams.add(stream);
    const end = (): void => void this.#streams.delete(stream);
    call.on('data', (request: DiscoveryRequest) => {
      if (request.error_detail) this.refusals.push(request.error_detail.message);
      stream.ask(request);
    });
    call.on('end', () => {
      end();
      call.end();
    });
    call.on('cancelled', end).on('error', end);
  }

  #answer(type: string, names: readonly string[]): object {
    const known = [...this.#services].flatMap(([name, service]) => resourcesOf(name, service));
    const wanted = known.filter((resource) => URL + resource.type === type && names.includes(resource.name));
    return {
      type_url: type,
      version_info: String(this.#version),
      resources: wanted.map((resource) => any(resource.type, resource.value)),
    };
  }
}

/** What one client has subscribed to. Each type has its own nonces; an answer to an older one than the last is no question. */
class AdsStream {
  readonly #wanted = new Map<string, { readonly names: readonly string[]; nonce: string }>();
  readonly #find: (type: string, names: readonly string[]) => object;
  readonly #send: (answer: object) => void;
  questions = 0;
  #nonces = 0;

  constructor(find: (type: string, names: readonly string[]) => object, send: (answer: object) => void) {
    this.#find = find;
    this.#send = send;
  }

  ask({ resource_names: names, response_nonce: nonce, type_url: type }: DiscoveryRequest): void {
    const before = this.#wanted.get(type);
    if (before !== undefined && nonce !== before.nonce) return;
    const same = before?.names.length === names.length && names.every((name) => before.names.includes(name));
    this.#wanted.set(type, { names, nonce });
    if (same) return;
    this.questions += 1;
    this.#answer(type);
  }

  wants(type: string, name: string): boolean {
    return this.#wanted.get(type)?.names.includes(name) ?? false;
  }

  push(): void {
    for (const type of this.#wanted.keys()) this.#answer(type);
  }

  #answer(type: string): void {
    const wanted = this.#wanted.get(type);
    if (wanted === undefined || wanted.names.length === 0) return;
    wanted.nonce = String(++this.#nonces);
    this.#send({ ...this.#find(type, wanted.names), nonce: wanted.nonce });
  }
}
