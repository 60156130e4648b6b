export * from './time/virtual-clock.js';
export * from './random/seeded-random.js';
export * from './random/scripted-random.js';
export * from './resolver/manual-resolver.js';
export * from './resolver/manual-resolver-factory.js';
export { LocalCluster } from './cluster/local-cluster.js';
export type { LocalClusterOptions } from './cluster/cluster-options.js';
export type { Deployment } from './cluster/deployment.js';
export type { DeploymentOptions } from './cluster/deployment-options.js';
export type { Pod, PodState, PodTimes } from './cluster/pod.js';
export type { DelayRange } from './cluster/delay-range.js';
export type { ClusterEvent, ClusterEventKind } from './cluster/event-log.js';
export type { PodCount, RolloutLimits } from './cluster/rollout-limits.js';
export { planRollout, type ReplicaSetView, type RolloutPlan } from './cluster/rollout-plan.js';
export { selectEndpoint } from './cluster/select-endpoint.js';
export { DnsServer, type DnsFault, type DnsServerOptions } from './cluster/dns-server.js';
export { ClusterIp, type Backend, type ClusterIpOptions } from './cluster/cluster-ip.js';
export type { Ledger } from './cluster/ledger.js';
export { installLookup } from './cluster/install-lookup.js';
export { podRuntime, type PodRuntime } from './cluster/pod-runtime.js';
export {
  POD_ENV,
  SHUTDOWN_MODES,
  type LatencyCommand,
  type PodReport,
  type ShutdownMode,
} from './cluster/pod-protocol.js';
export { echoService } from './server/echo-service.js';
export {
  echo,
  fail,
  hang,
  type CallScript,
  type CallScriptOptions,
  type EchoOptions,
  type FailOptions,
} from './server/call-script.js';
export type { ReceivedCall } from './server/received-call.js';
export { ScriptedServer, type ScriptedServerOptions } from './server/scripted-server.js';
export { RawServer, type RawCall, type RawServerOptions } from './server/raw-server.js';
export type { ConnectionMode, GoawayOptions, RawReaction } from './server/raw-reaction.js';
export { LeakError, type Leak } from './leak/leak.js';
export { leakCheck, type LeakCheck, type LeakCheckOptions } from './leak/leak-check.js';
